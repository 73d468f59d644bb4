"""What the refinement stages read: the randomization box of a spec, and the cell put together from artifacts."""

import json

import numpy as np

from skillc.compiler.plan.stage import StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.codec import from_json
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.motion.refinement import Cell, build_cell

CELL_INPUTS = ("retarget", "object_motion", "keyframes", "twin", "robot", "placement")
CELL_CODE = (
    "skillc.compiler.stages.refinement_inputs",
    "skillc.runtime.motion",
    "skillc.runtime.sim",
    "skillc.runtime.geometry",
)


def box_of(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return half widths of the largest position and yaw ranges of any object in randomization and test boxes."""
    ranges = {**spec.section("randomization"), **{f"test.{k}": v for k, v in spec.section("evaluation.test").items()}}

    def half(ending: str) -> float:
        found = [v for k, v in ranges.items() if k.endswith(ending) and v.get("kind") == "uniform"]
        return max((max(abs(v["low"]), abs(v["high"])) for v in found), default=0.0)

    return {"position_m": half(".position.xy"), "yaw_rad": half(".yaw")}


def cell_parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what `load_cell` needs from the spec."""
    return {
        "simulation": spec.section("method.simulation"),
        "joint_speed": spec.section("deploy.limits").get("joint_speed"),
    }


def load_cell(ctx: StageContext) -> tuple[Cell, PhysicsSettings]:
    """Read robot, twin, demonstration and retargeted motion from the stage's inputs."""
    folder = ctx.inputs["robot"] / "robot"
    placed = json.loads((ctx.inputs["placement"] / "placement.json").read_text(encoding="utf-8"))
    physics: PhysicsSettings = from_json(PhysicsSettings, ctx.parameters["simulation"], "method.simulation")
    cell = build_cell(
        profile=RobotProfile.load(folder / "profile.json"),
        robot_folder=folder,
        twin=Twin.load(ctx.inputs["twin"] / "twin/twin.json"),
        twin_folder=ctx.inputs["twin"] / "twin",
        T_table_robot=np.asarray(placed["T_table_robot"], dtype=np.float64),
        physics=physics,
        motion=ObjectMotion.load(ctx.inputs["object_motion"] / "motion/object.npz"),
        keyframes=Keyframes.load(ctx.inputs["keyframes"] / "keyframes.json"),
        retargeted=JointMotion.load(ctx.inputs["retarget"] / "motion/retargeted.npz"),
    )
    return cell, physics
