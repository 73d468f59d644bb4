"""Where the demonstrated motion brings a grasped object, and what of it has to be changed for the task to succeed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.fidelity import MotionChange
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, PathParameters, raised
from skillc.runtime.motion.grasp.carry import spin, spins
from skillc.runtime.motion.path.object_path import ObjectPath, carried_path, lifted_first, tilted_enough
from skillc.runtime.tasks.catalog import task_type

NO_CHANGE = 1e-6
"""m or rad: rounding."""


def grasped_path(cell: Cell, paths: PathParameters) -> ObjectPath:
    """Return the demonstrated path with what had to be changed at its end, each change with its amount.

    What is held to the end ends where it was demonstrated; a pour neither so low nor so upright that it would miss
    Table 4's height or tilt by its own uncertainty. A placed object keeps its demonstrated place relative to the target
    as long as its footprint stays inside the target's; the height is the lowest at which it touches nothing, plus the
    release height: a picture shows height worst, and contact with the target is what was demonstrated.
    """
    task = task_type(cell.twin.task_type)
    path = carried_path(
        cell.motion, cell.keyframes, cell.twin.manipulated, T_start=cell.T_table_manip,
        task=task, waypoints=paths.waypoints, smoothing_s=paths.smoothing_s,
        upright_within_rad=paths.upright_within_rad,
    )  # fmt: skip
    T, changes = path.T_table_object.copy(), []
    if task.pours:
        tilted = tilted_enough(T, paths.pour_tilt_rad)
        raise_m = _missing_height(cell, tilted[-1], paths)
        changes += [
            MotionChange(kind="tilted on", amount=se3.rotation_angle(T[-1], tilted[-1]), unit="rad"),
            MotionChange(kind="raised to pour", amount=raise_m, unit="m"),
        ]
        T = tilted
        T[:, 2, 3] += np.linspace(0.0, 1.0, len(T)) ** 2 * raise_m
    if task.holds_to_the_end:
        lifted = lifted_first(T, slope=paths.lift_slope, height_m=paths.least_rise_m, placed=False)
        higher = float(lifted[-1, 2, 3] - T[-1, 2, 3])
        changes.append(MotionChange(kind="raised to carry", amount=higher, unit="m"))
        return replace(path, T_table_object=lifted, changes=_made(changes))
    shift = np.zeros(3)
    target = cell.twin.target
    if target is not None:
        offset = T[-1, :2, 3] - np.asarray(target.T_table_object)[:2, 3]
        room = max(0.5 * (min(target.size_m[:2]) - max(cell.twin.manipulated.size_m[:2])), paths.least_room_m)
        length = float(np.linalg.norm(offset))
        if length > room:
            shift[:2] = offset * (room / length - 1.0)
    end = raised(T[-1], shift)
    end[2, 3] = resting_height(cell, end) + paths.release_height_m
    fade = np.linspace(0.0, 1.0, len(T))[:, None] ** 2
    T[:, :3, 3] += fade * (end[:3, 3] - T[-1, :3, 3])
    moved = MotionChange(kind="moved onto the target", amount=float(np.linalg.norm(shift)), unit="m")
    return replace(path, T_table_object=T, changes=_made([moved]))


def _made(changes: Sequence[MotionChange]) -> tuple[MotionChange, ...]:
    return tuple(change for change in changes if change.amount > NO_CHANGE)


def _missing_height(cell: Cell, T_end: FloatArray, paths: PathParameters) -> float:
    """Return how much higher (m) a pour has to end for Table 4's height to be kept with a margin, 0 if it does."""
    target = cell.twin.target
    support = 0.0 if target is None else float(np.asarray(target.T_table_object)[2, 3])
    lowest = float(se3.apply(T_end, cell.surface.points)[:, 2].min())
    return max(paths.pour_height_m - (lowest - support), 0.0)


def end_poses(cell: Cell, path: ObjectPath, paths: PathParameters) -> FloatArray:
    """Return the end poses (E, 4, 4) a motion may choose from: spun about a round object's axis, and raised."""
    T = path.T_table_object[-1]
    return np.stack(
        [
            raised(T @ spin(angle), np.array([0.0, 0.0, rise]))
            for angle in spins(cell, paths)
            for rise in (0.0, max(paths.end_rises_m))
        ]
    )


def resting_height(cell: Cell, T_table_object: FloatArray) -> float:
    """Return the lowest z (m) at which the object, lowered at this pose from 20 cm, first touches something."""
    heights = np.arange(0.2, -0.021, -0.002)
    Ts = np.repeat(T_table_object[None], len(heights), axis=0)
    Ts[:, 2, 3] = heights
    q = np.repeat(cell.profile.home[None], len(heights), axis=0)
    touching = np.flatnonzero(cell.checker.check(q, Ts).carried_scene < 0.0005)
    return float(heights[max(int(touching[0]) - 1, 0)]) if len(touching) else 0.0
