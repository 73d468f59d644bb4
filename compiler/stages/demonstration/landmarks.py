"""Stage `landmarks`: 21 landmarks of the acting hand in every frame, from the estimator's worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.demonstration.recording import recorded
from skillc.runtime.estimators.catalog import workers
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.perception.hand.landmarks import SeenHands
    from skillc.runtime.perception.recording.frames import FrameReader


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    hand = spec.section("demonstrations").get("hand")
    return {"hand": hand, **spec.section("method.stages.landmarks")}


def _seen(context: StageContext, reader: FrameReader) -> SeenHands:
    from skillc.runtime.estimators.hands import estimator_named, precomputed_hands, seen_hands

    p = context.parameters
    count = len(reader)
    if p.get("file"):
        return precomputed_hands(context.find_data(str(p["file"])), count)
    return seen_hands(
        reader,
        estimator_named(str(p["estimator"])),
        detection=p["detection"],
        tracking=p["tracking"],
        announce=lambda text: context.warn("SK832", text, "method.stages.landmarks.estimator"),
        progress=lambda k: context.progress(k / count, f"hand landmarks {k}/{count}"),
    )


def _run(context: StageContext) -> None:
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.hand.landmarks import HandChoiceParameters, acting_hand
    from skillc.runtime.perception.recording.frames import open_recording

    p = context.parameters
    recording = context.made.load(Recording)
    choice = HandChoiceParameters(same_hand=p["same_hand"], reach=p["reach"], least_share=p["least_share"])
    try:
        with open_recording(recording, context.find_data) as reader:
            wanted = p["hand"] if p["hand"] in ("left", "right") else None
            landmarks = acting_hand(_seen(context, reader), choice, wanted)
            landmarks.save(context.out / "motion" / "landmarks.npz")
    except InputFault as fault:
        where = "method.stages.landmarks.estimator" if fault.code in ("SK831", "SK835") else "demonstrations.recording"
        raise StageError(fault.code, fault.message, fault.hint, where) from fault


STAGE = Stage(
    name="landmarks",
    needs=("recording",),
    makes=("motion/landmarks.npz",),
    code=(
        "skillc.compiler.stages.demonstration.landmarks",
        *workers("hand_landmarks"),
        "skillc.runtime.perception.hand.landmarks",
        "skillc.runtime.perception.recording.video",
    ),
    parameters=_parameters,
    run=_run,
    files=lambda spec: (*recorded(spec), *(str(f) for f in (_parameters(spec).get("file"),) if f)),
)
