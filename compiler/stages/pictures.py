"""Stage `pictures`: every stage draws what it made, for people who would rather look than read."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.formats.recording import Recording

DRAWN = (
    "recording",
    "calibration",
    "landmarks",
    "scene",
    "twin",
    "tracks",
    "object_motion",
    "keyframes",
    "hands",
    "placement",
    "retarget",
    "grasps",
    "reference",
    "feasibility",
)
"""Stages with a `draw`, in the order of the story."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {}


def _run(context: StageContext) -> None:
    from skillc.runtime.formats.recording import Recording

    folder = context.out / "report" / "pictures"
    folder.mkdir(parents=True)
    recording = Recording.load(context.inputs["recording"] / "recording.json")
    outputs = {**context.inputs, "data": _root(context, recording)}
    for number, name in enumerate(DRAWN):
        stage: Stage = import_module(f"skillc.compiler.stages.{name}").STAGE
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
    code=("skillc.compiler.stages.pictures", "skillc.runtime.view"),
    parameters=_parameters,
    run=_run,
)
