"""Where things stand for one plan, and the cell with them standing there."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import Shape, Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.sim.world import compile_world

OBSTACLE_DENSITY = 600.0
"""ours: kg/m^3, wood; heavy enough that a brush does not topple it, and nothing is meant to touch it."""


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """What a plan is made for."""

    T_table_manip: FloatArray
    """(4, 4)."""
    T_table_target: FloatArray | None
    """(4, 4); None where the task has no target object."""
    end_xy: FloatArray | None = None
    """(2,) m, table frame: where a slid object is to end; None: as far and in the same direction, seen from the
    object, as demonstrated."""
    obstacles: tuple[TwinObject, ...] = ()
    """Beyond those of the twin."""

    @classmethod
    def of(cls, twin: Twin) -> "Arrangement":
        """Return where things stand in a twin."""
        target = twin.target
        return cls(
            T_table_manip=np.asarray(twin.manipulated.T_table_object),
            T_table_target=None if target is None else np.asarray(target.T_table_object),
        )

    def shifted(self, dx: float, dy: float) -> "Arrangement":
        """Return the same with the manipulated object elsewhere on the table."""
        T = self.T_table_manip.copy()
        T[:2, 3] += (dx, dy)
        return self.standing(T)

    def standing(self, T_table_manip: FloatArray) -> "Arrangement":
        """Return the same with the manipulated object at T_table_manip (4, 4)."""
        return replace(self, T_table_manip=T_table_manip)


def standing_at(T_stood: FloatArray, x: float, y: float, yaw_rad: float) -> FloatArray:
    """Return the pose (4, 4) of a thing that stood at T_stood, turned by `yaw_rad` about the vertical, at x, y (m)."""
    T = se3.exp(np.array([0.0, 0.0, 0.0, 0.0, 0.0, yaw_rad]))
    T[:3, :3] = T[:3, :3] @ np.asarray(T_stood)[:3, :3]
    T[:3, 3] = x, y, np.asarray(T_stood)[2, 3]
    return T


def free_names(twin: Twin) -> Iterator[str]:
    """Yield names for obstacles that no thing of the twin has."""
    taken = {thing.name for thing in twin.objects}
    return (name for k in itertools.count(1) if (name := f"obstacle_{k}") not in taken)


def box_obstacle(name: str, T_table_box: FloatArray, size_m: tuple[float, float, float]) -> TwinObject:
    """Return a box as a thing of the twin; T_table_box (4, 4) is the middle of its underside."""
    mass = OBSTACLE_DENSITY * float(np.prod(size_m))
    x, y, z = (s * s for s in size_m)
    return TwinObject(
        name=name, role="obstacle", shape=Shape(kind="box"), size_m=size_m, size_sigma_m=(0.0, 0.0, 0.0),
        size_measured=(True, True, True), symmetry="none", T_table_object=T_table_box,
        position_sigma_m=(0.0, 0.0, 0.0), yaw_sigma_rad=0.0, mass=mass, mass_sigma=0.0,
        inertia=(mass * (y + z) / 12, mass * (x + z) / 12, mass * (x + y) / 12),
        center_of_mass_m=(0.0, 0.0, size_m[2] / 2), friction=0.5, restitution=0.0, material="wood",
        rgba=(0.55, 0.45, 0.35, 1.0), outline_iou=1.0,
    )  # fmt: skip


def arranged(cell: Cell, arrangement: Arrangement) -> Cell:
    """Return the cell with its objects standing so; the world is compiled anew only where there are obstacles."""
    poses = {cell.twin.manipulated.name: arrangement.T_table_manip}
    if cell.twin.target is not None and arrangement.T_table_target is not None:
        poses[cell.twin.target.name] = arrangement.T_table_target
    there = tuple(replace(o, T_table_object=poses.get(o.name, o.T_table_object)) for o in cell.twin.objects)
    twin = replace(cell.twin, objects=(*there, *arrangement.obstacles))
    if not arrangement.obstacles:
        return replace(cell, twin=twin)
    world = compile_world(
        twin=twin, twin_folder=cell.twin_folder, profile=cell.profile, robot_folder=cell.robot_folder,
        T_table_robot=cell.T_table_robot, physics=cell.physics,
    )  # fmt: skip
    return replace(cell, twin=twin, world=world)
