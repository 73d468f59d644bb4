"""Stage `pictures`: every stage draws what it made, for people who would rather look than read."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.formats.recording import Recording

PLACES = (
    "demonstration.recording",
    "demonstration.calibration",
    "demonstration.landmarks",
    "demonstration.scene",
    "twin.twin",
    "demonstration.tracks",
    "demonstration.object_motion",
    "demonstration.keyframes",
    "demonstration.hands",
    "twin.placement",
    "motion.retarget",
    "motion.grasps",
    "motion.reference",
    "motion.feasibility",
)
"""Stages with a `draw`, in the order of the story."""
DRAWN = tuple(place.partition(".")[2] for place in PLACES)


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {}


def _run(context: StageContext) -> None:
    from skillc.runtime.formats.recording import Recording

    folder = context.out / "report" / "pictures"
    folder.mkdir(parents=True)
    recording = Recording.load(context.inputs["recording"] / "recording.json")
    outputs = {**context.inputs, "data": _root(context, recording)}
    for number, place in enumerate(PLACES):
        stage: Stage = import_module(f"skillc.compiler.stages.{place}").STAGE
        name = stage.name
        context.progress(number / len(DRAWN), f"drawing {name}")
        if stage.draw is not None:
            stage.draw(outputs, folder / f"{name}.png")


def _root(context: StageContext, recording: Recording) -> Path:
    """Return the folder in which the recording's relative paths are found."""
    found = context.find_data(recording.source.path)
    return found.parents[len(Path(recording.source.path).parts) - 1]


STAGE = Stage(
    name="pictures",
    needs=(*DRAWN, "robot"),
    makes=("report/pictures/",),
    code=("skillc.compiler.stages.deploy.pictures", "skillc.runtime.view"),
    parameters=_parameters,
    run=_run,
)
