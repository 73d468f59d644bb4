"""Stage `robot`: the profile the spec names, with its limits, and the checked model beside it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.validate.schema import schema
from skillc.runtime.robot.model_fault import ModelError

if TYPE_CHECKING:
    from skillc.runtime.formats.robot_profile import RobotProfile


@dataclass(frozen=True, kw_only=True)
class ModelSource:
    """Where the robot's model comes from."""

    text: str | None
    """Of a shipped one."""
    folder: str
    """Of the user's own."""


@cache
def _shipped(robot: str, model: str) -> str:
    """Return the text of a model that comes with skillc."""
    return (files("skillc.specs") / "hardware" / robot / model).read_text(encoding="utf-8")


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    hardware = spec.section("hardware")
    folder = hardware.get("folder")
    return {
        # The schema's keys are the profile's fields; the record itself brings numpy.
        "profile": taken(hardware, *(key for key in schema("hardware").raw["properties"] if key != "extends")),
        "model": {
            "text": _shipped(str(hardware["name"]), str(hardware["mjcf"])) if folder is None else None,
            "folder": "" if folder is None else PurePosixPath(folder).as_posix(),
        },
    }


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    folder = spec.section("hardware").get("folder")
    return () if folder is None else (PurePosixPath(folder).as_posix(),)


def _run(ctx: StageContext) -> None:
    from skillc.runtime.formats.records import FormatError
    from skillc.runtime.formats.robot_profile import RobotProfile

    model = ctx.read("model", ModelSource)
    try:
        profile = ctx.read("profile", RobotProfile)
    except FormatError as error:
        raise StageError("SK887", str(error), "complete the robot's profile", "hardware") from error
    folder = ctx.out / "robot"
    folder.mkdir(parents=True, exist_ok=True)
    if model.text is not None:
        (folder / profile.mjcf).write_text(model.text, encoding="utf-8")
    else:
        _bring(ctx, profile, ctx.find_data(model.folder), folder)
    profile.save(folder / "profile.json")


def _bring(ctx: StageContext, profile: RobotProfile, source: Path, folder: Path) -> None:
    """Check the user's robot and copy its model with everything that refers to."""
    from skillc.runtime.robot.profile_check import check_robot

    try:
        checked = check_robot(profile, source)
    except ModelError as error:
        first = error.faults[0]
        raise StageError(first.code, "; ".join(map(str, error.faults)), first.hint, "hardware") from error
    for warning in checked.warnings:
        ctx.warn(warning.code, str(warning), "hardware")
    for file in checked.files:
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, target)


STAGE = Stage(
    name="robot",
    needs=(),
    makes=("robot/",),
    code=("skillc.compiler.stages.twin.robot",),
    parameters=_parameters,
    run=_run,
    files=_files,
)
