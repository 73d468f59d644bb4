"""What the refinement stages read: the cell put together from artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.motion.cell.cell import Cell, PathParameters

CELL_INPUTS = ("retarget", "object_motion", "keyframes", "twin", "robot", "placement")


def cell_parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what `cell_of` and `path_parameters` need; the skill's own bound on joint speed is in `deploy.limits`."""
    simulation = spec.section("method.simulation")
    paths = spec.section("method.stages.reference.paths")
    timing = {
        **paths.get("timing", {}),
        "joint_speed": spec.section("deploy.limits").get("joint_speed") or float("inf"),
        "rate_hz": simulation.get("control_rate_hz"),
    }
    return {"simulation": simulation, "paths": {**paths, "timing": timing}}


def cell_of(ctx: StageContext) -> Cell:
    """Read robot, twin, demonstration and retargeted motion from the stage's inputs."""
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.motion.cell.load import load_cell

    return load_cell(ctx.made, ctx.read("simulation", PhysicsSettings))


def path_parameters(ctx: StageContext) -> PathParameters:
    """Read how paths are laid."""
    from skillc.runtime.motion.cell.cell import PathParameters

    return ctx.read("paths", PathParameters)
