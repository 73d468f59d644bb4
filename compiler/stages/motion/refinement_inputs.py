"""What the refinement stages read: the cell put together from artifacts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.motion.cell.cell import Cell

CELL_INPUTS = ("retarget", "object_motion", "keyframes", "twin", "robot", "placement")
CELL_CODE = (
    "skillc.compiler.stages.motion.refinement_inputs",
    "skillc.runtime.motion",
    "skillc.runtime.sim",
    "skillc.runtime.geometry",
)


def cell_parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what `load_cell` needs from the spec."""
    return {
        "simulation": spec.section("method.simulation"),
        "joint_speed": spec.section("deploy.limits").get("joint_speed"),
    }


def load_cell(ctx: StageContext) -> Cell:
    """Read robot, twin, demonstration and retargeted motion from the stage's inputs."""
    from skillc.runtime.formats.codec import from_json
    from skillc.runtime.formats.physics import PhysicsSettings

    physics: PhysicsSettings = from_json(PhysicsSettings, ctx.parameters["simulation"], "method.simulation")
    return cell_from(ctx.inputs, physics)


def cell_from(inputs: Mapping[str, Path], physics: PhysicsSettings | None = None) -> Cell:
    """Put the cell together from stage outputs; pictures need no particular physics."""
    import numpy as np

    from skillc.runtime.formats.joint_motion import JointMotion
    from skillc.runtime.formats.keyframes import Keyframes
    from skillc.runtime.formats.object_motion import ObjectMotion
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.motion.cell.cell import build_cell

    # Nothing is stepped for a picture: any numbers will do.
    physics = physics or PhysicsSettings(
        timestep_s=0.004, control_rate_hz=60.0, integrator="implicit", cone="elliptic", impratio=1.0,
        solref=(0.01, 1.0), solimp=(0.9, 0.99, 0.001), iterations=20, tip_friction=1.0, tip_condim=3,
    )  # fmt: skip
    folder = inputs["robot"] / "robot"
    placed = json.loads((inputs["placement"] / "placement.json").read_text(encoding="utf-8"))
    return build_cell(
        profile=RobotProfile.load(folder / "profile.json"),
        robot_folder=folder,
        twin=Twin.load(inputs["twin"] / "twin/twin.json"),
        twin_folder=inputs["twin"] / "twin",
        T_table_robot=np.asarray(placed["T_table_robot"], dtype=np.float64),
        physics=physics,
        motion=ObjectMotion.load(inputs["object_motion"] / "motion/object.npz"),
        keyframes=Keyframes.load(inputs["keyframes"] / "keyframes.json"),
        retargeted=JointMotion.load(inputs["retarget"] / "motion/retargeted.npz"),
    )
