"""What the refinement stages read: the cell put together from artifacts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import StageContext
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.formats.fidelity import MotionChange
    from skillc.runtime.motion.cell.cell import Cell, PathParameters

CELL_INPUTS = ("retarget", "object_motion", "keyframes", "twin", "robot", "placement")


def cell_parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what `cell_of` and `path_parameters` need; the skill's own bound on joint speed is in `deploy.limits`."""
    simulation = spec.section("method.simulation")
    paths = spec.section("method.stages.reference.paths")
    timing = {
        **paths.get("timing", {}),
        "joint_speed": spec.section("deploy.limits").get("joint_speed", _fastest(spec)),
        "rate_hz": simulation.get("control_rate_hz"),
    }
    return {"simulation": simulation, "paths": {**paths, "timing": timing}}


def _fastest(spec: ResolvedSpec) -> float:
    """Return the speed of the robot's fastest joint, which bounds nothing."""
    return max(float(joint["speed"]) for joint in spec.section("hardware")["joints"])


def cell_of(ctx: StageContext) -> Cell:
    """Read robot, twin, demonstration and retargeted motion from the stage's inputs."""
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.motion.cell.load import load_cell

    return load_cell(ctx.made, ctx.read("simulation", PhysicsSettings))


def path_parameters(ctx: StageContext) -> PathParameters:
    """Read how paths are laid."""
    from skillc.runtime.motion.cell.cell import PathParameters

    return ctx.read("paths", PathParameters)


def told(change: MotionChange) -> str:
    """Return a change with its amount, as in "tilted on by 12 deg"."""
    return f"{change.kind} by {_measure(change.amount, change.unit)}"


def most(change: MotionChange, paths: PathParameters) -> str:
    """Return the largest such change that is made."""
    allowed = paths.changes.refused_m if change.unit == "m" else paths.changes.refused_rad
    return _measure(allowed, change.unit)


def _measure(amount: float, unit: str) -> str:
    return f"{1e3 * amount:.0f} mm" if unit == "m" else f"{math.degrees(amount):.0f} deg"
