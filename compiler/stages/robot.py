"""Stage `robot`: the profile the spec names, with its limits, and the model beside it."""

from importlib.resources import files

from skillc.compiler.plan.stage import Stage, StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.codec import from_json
from skillc.runtime.formats.robot_profile import RobotProfile


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    hardware = dict(spec.section("hardware"))
    folder = files("skillc.specs") / "hardware" / hardware["name"]
    return {"hardware": hardware, "mjcf_text": (folder / hardware["mjcf"]).read_text(encoding="utf-8")}


def _run(ctx: StageContext) -> None:
    fields = {k: v for k, v in ctx.parameters["hardware"].items() if k in RobotProfile.__dataclass_fields__}
    profile: RobotProfile = from_json(RobotProfile, fields, "hardware")
    folder = ctx.out / "robot"
    folder.mkdir(parents=True, exist_ok=True)
    profile.save(folder / "profile.json")
    (folder / profile.mjcf).write_text(ctx.parameters["mjcf_text"], encoding="utf-8")


STAGE = Stage(
    name="robot",
    needs=(),
    makes=("robot/profile.json", "robot/robot.xml"),
    code=("skillc.compiler.stages.robot", "skillc.runtime.formats.robot_profile"),
    parameters=_parameters,
    run=_run,
)
