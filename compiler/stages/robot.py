"""Stage `robot`: the profile the spec names, with its limits, and the checked model beside it."""

import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.codec import from_json
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.model_check import check_model
from skillc.runtime.robot.model_fault import ModelError


def _shipped(hardware: dict[str, JSON]) -> str | None:
    """Return the text of a model that comes with skillc, None for the user's own."""
    folder = files("skillc.specs") / "hardware" / str(hardware["name"])
    model = folder / str(hardware["mjcf"])
    return model.read_text(encoding="utf-8") if model.is_file() else None


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    hardware = dict(spec.section("hardware"))
    return {"hardware": hardware, "mjcf_text": _shipped(hardware)}


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    hardware = dict(spec.section("hardware"))
    return () if _shipped(hardware) is not None else (str(hardware["mjcf"]),)


def _run(ctx: StageContext) -> None:
    fields = {k: v for k, v in ctx.parameters["hardware"].items() if k in RobotProfile.__dataclass_fields__}
    profile: RobotProfile = from_json(RobotProfile, fields, "hardware")
    folder = ctx.out / "robot"
    folder.mkdir(parents=True, exist_ok=True)
    text = ctx.parameters["mjcf_text"]
    if text is not None:
        (folder / profile.mjcf).write_text(text, encoding="utf-8")
    else:
        profile = _bring(ctx, profile, folder)
    profile.save(folder / "profile.json")


def _bring(ctx: StageContext, profile: RobotProfile, folder: Path) -> RobotProfile:
    """Check the user's model and copy it with everything it refers to."""
    model = ctx.find_data(profile.mjcf)
    try:
        checked = check_model(model, joints=profile.joint_names)
    except ModelError as error:
        first = error.faults[0]
        raise StageError(first.code, str(error), first.hint, "hardware.mjcf") from error
    for warning in checked.warnings:
        ctx.warn(warning.code, warning.summary, "hardware.mjcf")
    for file in checked.files:
        target = folder / file.relative_to(model.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return replace(profile, mjcf=model.name)


STAGE = Stage(
    name="robot",
    needs=(),
    makes=("robot/",),
    code=("skillc.compiler.stages.robot", "skillc.runtime.formats.robot_profile", "skillc.runtime.robot"),
    parameters=_parameters,
    run=_run,
    files=_files,
)
