"""What the refinement stages read: the cell put together from artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.motion.cell.cell import Cell

CELL_INPUTS = ("retarget", "object_motion", "keyframes", "twin", "robot", "placement")
CELL_CODE = (
    "skillc.compiler.stages.motion.refinement_inputs",
    "skillc.runtime.motion",
    "skillc.runtime.sim",
    "skillc.runtime.geometry",
)


def cell_parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what `cell_of` needs from the spec."""
    return {
        "simulation": spec.section("method.simulation"),
        "joint_speed": spec.section("deploy.limits").get("joint_speed"),
    }


def cell_of(ctx: StageContext) -> Cell:
    """Read robot, twin, demonstration and retargeted motion from the stage's inputs."""
    from skillc.runtime.formats.codec import from_json
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.motion.cell.load import load_cell

    physics: PhysicsSettings = from_json(PhysicsSettings, ctx.parameters["simulation"], "method.simulation")
    return load_cell(ctx.made, physics)
