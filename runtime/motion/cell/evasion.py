"""A way in led around what it would touch, each of its poses by as little as it takes (A.2.2)."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.motion.cell.approaches import Approach
from skillc.runtime.motion.cell.cell import Cell, PathParameters
from skillc.runtime.motion.kinematics.arm_ik import solve_arm

SPREAD = (1.0, 0.9, 0.5, 0.15)
"""ours: share of a pose's offset that its neighbours take at least, one, two and three poses away: no corners."""


def evaded(
    cell: Cell, way: Approach, q: FloatArray, inward: FloatArray, q_hand: FloatArray, paths: PathParameters, *,
    wanted_m: float,
) -> Iterator[Approach]:  # fmt: skip
    """Yield the way with its poses moved off until all are clear, the smallest mean offset first.

    Offsets point up, back against the way in, or between both. The straight last way is not moved. The way itself is
    yielded if nothing is in its way; nothing where no offset is enough.

    Args:
        cell: robot and scene.
        way: see there.
        q: (K, n_arm) postures at its poses.
        inward: (3,) unit direction of the last way in, table frame.
        q_hand: (m,) fingers on the way.
        paths: which distances are tried.
        wanted_m: clearance to the scene, and to the object before the straight way.
    """
    free = min(way.line, len(way.frame) - 2)
    up = np.array([0.0, 0.0, 1.0])
    between = up - inward
    directions = [up, -inward]
    if np.linalg.norm(between) > 1e-6:
        directions.append(between / np.linalg.norm(between))
    found = []
    for direction in directions:
        needed = _needed(cell, way.T_table_hand[:free], q[:free], direction, q_hand, paths, wanted_m)
        if np.isfinite(needed).all():
            offset = _spread(needed, len(way.frame), free)
            found.append((float(offset.mean()), offset, direction))
        if found and found[-1][0] == 0.0:
            break
    for _, offset, direction in sorted(found, key=lambda f: f[0]):
        T = way.T_table_hand.copy()
        T[:, :3, 3] += offset[:, None] * direction
        yield replace(way, T_table_hand=T)


def _needed(
    cell: Cell,
    T_table_hand: FloatArray,
    q: FloatArray,
    direction: FloatArray,
    q_hand: FloatArray,
    paths: PathParameters,
    wanted_m: float,
) -> FloatArray:
    """Return the smallest offset (K,) along `direction` at which each pose (K, 4, 4) is clear; inf where none is."""
    distance = np.asarray(paths.lead_offsets_m)
    Ts = np.repeat(T_table_hand[:, None], len(distance), axis=1)
    Ts[..., :3, 3] += distance[:, None] * direction
    flat = Ts.reshape(-1, 4, 4)
    found = solve_arm(
        cell.arm, np.linalg.inv(cell.T_table_robot) @ flat, np.repeat(q, len(distance), axis=0), iterations=30,
        step_rad=0.3,
    )  # fmt: skip
    seen = cell.checker.check(cell.with_hand(found.q, q_hand), cell.T_table_manip)
    clear: BoolArray = (seen.robot_scene >= wanted_m) & (seen.robot_manipulated >= wanted_m) & found.reached
    each = clear.reshape(len(T_table_hand), len(distance))
    return np.where(each.any(axis=1), distance[each.argmax(axis=1)], np.inf)


def _spread(needed: FloatArray, count: int, free: int) -> FloatArray:
    """Return offsets (count,) that are at least those needed, without corners, and none from pose `free` on."""
    offset = np.zeros(count)
    for apart, share in enumerate(SPREAD):
        for side in (-apart, apart):
            at = np.arange(free) + side
            inside = (at >= 0) & (at < free)
            np.maximum.at(offset, at[inside], share * needed[inside])
    return offset
