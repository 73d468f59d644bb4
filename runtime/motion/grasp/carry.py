"""Carrying: the arm follows the demonstrated hand from the grasp to the object's end, as far as there is room."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, PathParameters, reachable_postures
from skillc.runtime.motion.path.demonstrated import DemonstratedHand, PinnedPose, corrected, poses_at
from skillc.runtime.motion.path.joint_path import follow, swept
from skillc.runtime.motion.path.object_path import ObjectPath, lifted_first
from skillc.runtime.tasks.catalog import task_type

HAND_SHARES = (1.0, 0.5, 0.0)
"""ours: the demonstrated hand's path, half way to the demonstrated object's, the object's; errors of both are alike."""


@dataclass(frozen=True, kw_only=True)
class GraspPose:
    """One grasp of the artifact `Grasps`."""

    candidate: int
    """Its number there."""
    T_object_hand: FloatArray
    """(4, 4)."""
    q_open: FloatArray
    """(m,) fingers on the way in."""
    q_pre: FloatArray
    """(m,) fingers that hover just off the object (A.2.2)."""
    q_grasp: FloatArray
    """(m,) in contact."""
    q_squeeze: FloatArray
    """(m,) targets when closed."""
    q_hold: FloatArray
    """(m,) targets once lifted."""
    approach: FloatArray
    """(3,) unit, object frame."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """The object's way in the hand."""

    T_table_object: FloatArray
    """(K, 4, 4)."""
    arm: FloatArray
    """(K, n_arm)."""
    clearance_m: float
    raised_m: float
    """How much higher than demonstrated it goes."""


def carried(
    cell: Cell,
    grasp: GraspPose,
    path: ObjectPath,
    q_contact: FloatArray,
    shown: DemonstratedHand,
    paths: PathParameters,
) -> Carried | None:
    """Return the way nearest to the demonstration that is clear, else the clearest; None if the arm follows none.

    After contact the arm follows the demonstrated hand, corrected so that it begins at the grasp and ends with the
    object where that was put (A.2.2, post-grasp tracking). Where robot or object would touch something the way gives up
    the hand's path for the object's, then rises in its middle. The end turns about the axis of a round object and rises
    where the hand would run into the target; a vessel catches what drops into it.
    """
    best: Carried | None = None
    for spun in _ends(cell, grasp, path, shown, paths):
        for T, raised_m in _ways(cell, grasp, path, spun, shown, paths):
            way = follow(cell.arm, cell.T_table_robot, T @ grasp.T_object_hand, q_contact)
            if way.position_error_m.max() > 5e-3 or way.rotation_error_rad.max() > 5e-2:
                continue
            knots = np.concatenate([q_contact[None], way.q[1:]])
            free = _clearance(cell, grasp, T, knots, paths)
            if best is None or free > best.clearance_m + 1e-3:
                best = Carried(T_table_object=T, arm=knots, clearance_m=free, raised_m=raised_m)
            if free >= 0.5 * paths.clearance_m:
                return Carried(T_table_object=T, arm=knots, clearance_m=free, raised_m=raised_m)
    return best


def spins(cell: Cell, paths: PathParameters) -> tuple[float, ...]:
    """Return the turns about its own axis that an object may end with."""
    return paths.spins_rad if cell.twin.manipulated.symmetry == "z" else (0.0,)


def spin(angle: float) -> FloatArray:
    """Return the turn (4, 4) about z."""
    return se3.exp(np.array([0.0, 0.0, 0.0, 0.0, 0.0, angle]))


def _ends(
    cell: Cell, grasp: GraspPose, path: ObjectPath, shown: DemonstratedHand, paths: PathParameters
) -> Iterator[FloatArray]:
    """Yield paths (K, 4, 4) whose end the hand can be at, those first that turn it least from the demonstrated one."""
    share = np.linspace(0.0, 1.0, len(path.T_table_object))
    T_shown = poses_at(shown.T_table_hand, path.frame[-1:])[0]

    def turned(angle: float) -> float:
        return se3.rotation_angle(path.T_table_object[-1] @ spin(angle) @ grasp.T_object_hand, T_shown)

    for angle, rise in itertools.product(sorted(spins(cell, paths), key=turned), paths.end_rises_m):
        spun = path.T_table_object @ np.stack([spin(float(angle * s)) for s in share])
        spun[:, 2, 3] += rise * share**2
        if _end_is_clear(cell, grasp, spun[-1]):
            yield spun


def _ways(
    cell: Cell,
    grasp: GraspPose,
    path: ObjectPath,
    T_object: FloatArray,
    shown: DemonstratedHand,
    paths: PathParameters,
) -> Iterator[tuple[FloatArray, float]]:
    """Yield ways of the object (K, 4, 4), nearest to the demonstration first, and how far each was raised (m)."""
    placed = not task_type(cell.twin.task_type).holds_to_the_end
    share = np.linspace(0.0, 1.0, len(T_object))
    pins = [
        PinnedPose(frame=float(path.frame[k]), T_table_hand=T_object[k] @ grasp.T_object_hand) for k in (0, -1)
    ]  # fmt: skip
    T_hand = corrected(poses_at(shown.T_table_hand, path.frame), path.frame, pins)
    T_followed = T_hand @ se3.inverse(grasp.T_object_hand)
    for rise, kept in itertools.product((0.0, *paths.path_rises_m), HAND_SHARES):
        T = np.stack([se3.interpolate(a, b, kept) for a, b in zip(T_object, T_followed)])
        before = T[:, 2, 3].copy()
        T = lifted_first(T, slope=paths.lift_slope, height_m=paths.least_rise_m, placed=placed)
        low = float(T[:, 2, 3].max() - T[0, 2, 3])
        T[:, 2, 3] += (rise + max(paths.least_rise_m - low, 0.0)) * np.sin(np.pi * share)
        yield T, float(np.max(T[:, 2, 3] - before))


def _end_is_clear(cell: Cell, grasp: GraspPose, T_table_object: FloatArray) -> bool:
    """Whether some posture meets the end pose without touching target, obstacles or table."""
    T = (T_table_object @ grasp.T_object_hand)[None]
    reached, q = reachable_postures(cell.arm, cell.T_table_robot, T, cell.q_start, seeds=4)
    seen = cell.checker.check(cell.with_hand(q, grasp.q_grasp), T_table_object)
    return bool(reached[0] and seen.robot_scene[0] > 0.0)


def _clearance(cell: Cell, grasp: GraspPose, T: FloatArray, knots: FloatArray, paths: PathParameters) -> float:
    """Return the smallest distance to target, obstacles and table along the way.

    Near both ends the carried object is near its support by intention; there only the robot counts.
    """
    limits = paths.timing.limits(cell.profile, cell.profile.manipulator.arm_joints)
    dense, at = swept(knots, limits, tolerance=paths.timing.tolerance(knots.shape[1]))
    poses = poses_at(T, at)
    seen = cell.checker.check(cell.with_hand(dense, grasp.q_grasp), poses)
    share = at / (len(T) - 1)
    away = (share > 0.25) & (share < 0.75)
    opened = cell.checker.check(cell.with_hand(dense[-1:], grasp.q_open), poses[-1:])
    return min(
        float(seen.robot_scene.min()),
        float(seen.carried_scene[away].min(initial=cell.checker.margin_m)),
        float(opened.robot_scene[0]),
    )
