"""Stage `landmarks`: 21 landmarks of the acting hand in every frame, from the estimator's worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.demonstration.recording import recorded
from skillc.runtime.estimators.catalog import workers
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.perception.hand.landmarks import SeenHands
    from skillc.runtime.perception.recording.frames import FrameReader


@dataclass(frozen=True, kw_only=True)
class LandmarkSettings:
    """Who looks for hands, and which of them acts."""

    hand: str | None
    """"left" or "right"; anything else leaves the choice to the recording."""
    estimator: str
    file: str | None = None
    """Landmarks that were found before."""
    detection: float
    """0..1, the score from which a hand is one."""
    tracking: float
    """0..1, the score from which it is followed."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.landmarks")
    choice = ("same_hand", "reach", "least_share")
    rest = {k: v for k, v in own.items() if k not in choice}
    return {
        "landmarks": {"hand": spec.section("demonstrations").get("hand"), **rest},
        "choice": taken(own, *choice),
    }


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    file = spec.section("method.stages.landmarks").get("file")
    return (*recorded(spec), *([str(file)] if file else []))


def _seen(context: StageContext, reader: FrameReader, settings: LandmarkSettings) -> SeenHands:
    from skillc.runtime.estimators.hands import estimator_named, precomputed_hands, seen_hands

    count = len(reader)
    if settings.file:
        return precomputed_hands(context.find_data(settings.file), count)
    return seen_hands(
        reader,
        estimator_named(settings.estimator),
        detection=settings.detection,
        tracking=settings.tracking,
        announce=lambda text: context.warn("SK832", text, "method.stages.landmarks.estimator"),
        progress=lambda k: context.progress(k / count, f"hand landmarks {k}/{count}"),
    )


def _run(context: StageContext) -> None:
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.hand.landmarks import HandChoiceParameters, acting_hand
    from skillc.runtime.perception.recording.frames import open_recording

    settings = context.read("landmarks", LandmarkSettings)
    recording = context.made.load(Recording)
    choice = context.read("choice", HandChoiceParameters)
    try:
        with open_recording(recording, context.find_data) as reader:
            wanted = settings.hand if settings.hand in ("left", "right") else None
            landmarks = acting_hand(_seen(context, reader, settings), choice, wanted)
            landmarks.save(context.out / "motion" / "landmarks.npz")
    except InputFault as fault:
        where = "method.stages.landmarks.estimator" if fault.code in ("SK831", "SK835") else "demonstrations.recording"
        raise StageError(fault.code, fault.message, fault.hint, where) from fault


STAGE = Stage(
    name="landmarks",
    needs=("recording",),
    makes=("motion/landmarks.npz",),
    code=("skillc.compiler.stages.demonstration.landmarks", *workers("hand_landmarks")),
    parameters=_parameters,
    run=_run,
    files=_files,
)
