"""Where to stand the robot's base: the place that keeps the widest margins over all hand poses (`placement: auto`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.kinematics.arm_ik import Arm, ArmSolution, arm_seeds, solve_arm

FULL = 2.0
"""Margins beyond twice what is wanted count no more."""


@dataclass(frozen=True, kw_only=True)
class PlacementParameters:
    """What a good base place is; lengths in metres."""

    distance_min_m: float
    """Nearest base to the middle of the hand poses (horizontal)."""
    distance_max_m: float
    camera_side_rad: float
    """Half opening of the sector around -y that stays free for the camera and the demonstrator."""
    clearance_m: float
    """From the base's axis to any object's centre line or its path."""
    manipulability_wanted: float
    """sqrt(det(J J^T)) that counts as full margin."""
    limit_margin_wanted_rad: float
    """Distance to a joint limit that counts as full margin."""
    link_height_min_m: float
    """Lowest allowed height of elbow and wrist frames."""
    seeds: int


@dataclass(frozen=True, kw_only=True)
class PoseMargins:
    """Best posture found for each hand pose at one base place."""

    q: FloatArray
    """(K, n) rad."""
    position_error_m: FloatArray
    """(K,) what inverse kinematics leaves over."""
    rotation_error_rad: FloatArray
    """(K,)."""
    limit_margin_rad: FloatArray
    """(K,)."""
    manipulability: FloatArray
    """(K,)."""
    score: FloatArray
    """(K,) 0..2: the smaller of both margins over what is wanted; negative where the pose is not reached."""


def box_corners(position_m: float, yaw_rad: float) -> list[tuple[str, FloatArray]]:
    """Return named displacements (4, 4) in the table frame: nominal and the corners of +-position, +-yaw."""
    corners = [("nominal", np.eye(4))]
    for sx in (-1, 1):
        for sy in (-1, 1):
            turn = sx * sy * yaw_rad
            R = Rotation.from_rotvec([0.0, 0.0, turn]).as_matrix()
            name = f"x{'+' if sx > 0 else '-'} y{'+' if sy > 0 else '-'} yaw{'+' if turn >= 0 else '-'}"
            corners.append((name, se3.from_parts(R, np.array([sx * position_m, sy * position_m, 0.0]))))
    return corners


def displaced(T_table_hand: FloatArray, T_move: FloatArray, about: FloatArray) -> FloatArray:
    """Return the hand pose after its object is moved: translation of T_move, yaw of T_move about point `about` (3,)."""
    result = np.array(T_table_hand)
    result[:3, :3] = T_move[:3, :3] @ T_table_hand[:3, :3]
    result[:3, 3] = about + T_move[:3, :3] @ (T_table_hand[:3, 3] - about) + T_move[:3, 3]
    return result


def pose_margins(
    arm: Arm,
    T_table_robot: FloatArray,
    Ts_table_hand: FloatArray,
    parameters: PlacementParameters,
    *,
    iterations: int = 60,
) -> PoseMargins:
    """Solve every hand pose (K, 4, 4) from all seeds and keep the posture with the widest margin.

    Seeds turn the first joint towards each pose, so places around the table are treated alike.
    """
    targets = se3.inverse(T_table_robot) @ Ts_table_hand
    seeds = arm_seeds(arm, parameters.seeds)
    count, n = len(targets), arm.chain.n
    q0 = np.repeat(seeds[None], count, axis=0)
    q0[:, :, 0] += np.arctan2(targets[:, 1, 3], targets[:, 0, 3])[:, None]
    solution = solve_arm(arm, np.repeat(targets, len(seeds), axis=0), q0.reshape(-1, n), iterations=iterations)
    score, limit, manipulability = _scores(arm, solution, parameters)
    best = score.reshape(count, len(seeds)).argmax(axis=1) + np.arange(count) * len(seeds)
    return PoseMargins(
        q=solution.q[best],
        position_error_m=solution.position_error_m[best],
        rotation_error_rad=solution.rotation_error_rad[best],
        limit_margin_rad=limit[best],
        manipulability=manipulability[best],
        score=score[best],
    )


def place_base(
    arm: Arm,
    Ts_table_hand: FloatArray,
    objects_xy: Sequence[FloatArray],
    parameters: PlacementParameters,
) -> tuple[FloatArray, float]:
    """Return T_table_robot (4, 4) on the table plane (z = 0) and its score: the smallest margin over all poses.

    Distance and direction around the middle of the poses are searched on a grid, then refined around the best cell.
    Bases face that middle. Ties (all poses at full margin) go to the larger mean margin.

    Args:
        arm: the arm.
        Ts_table_hand: (K, 4, 4) every hand pose that must be reached, corners of the randomization box included.
        objects_xy: (2,) positions the base must keep clear of.
        parameters: what counts as good.
    """
    middle = Ts_table_hand[:, :2, 3].mean(axis=0)
    p = parameters
    span = np.pi - p.camera_side_rad
    distances = np.linspace(p.distance_min_m, p.distance_max_m, 4)
    angles = np.linspace(-span, span, 11)
    best, best_score = _best_of(arm, middle, distances, angles, Ts_table_hand, objects_xy, p, iterations=25)
    d_step, a_step = distances[1] - distances[0], angles[1] - angles[0]
    for shrink in (2.0, 4.0):
        d_near = np.clip(best[0] + d_step / shrink * np.array([-1, 0, 1]), p.distance_min_m, p.distance_max_m)
        a_near = np.clip(best[1] + a_step / shrink * np.array([-1, 0, 1]), -span, span)
        near, score = _best_of(arm, middle, d_near, a_near, Ts_table_hand, objects_xy, p, iterations=40)
        if score >= best_score:
            best, best_score = near, score
    return _base(middle, *best), best_score


def _best_of(
    arm: Arm,
    middle: FloatArray,
    distances: FloatArray,
    angles: FloatArray,
    Ts_table_hand: FloatArray,
    objects_xy: Sequence[FloatArray],
    parameters: PlacementParameters,
    *,
    iterations: int,
) -> tuple[tuple[float, float], float]:
    best, best_score = (float(distances.mean()), 0.0), -np.inf
    for distance in distances:
        for angle in angles:
            T = _base(middle, float(distance), float(angle))
            if any(np.linalg.norm(T[:2, 3] - xy) < parameters.clearance_m for xy in objects_xy):
                continue
            margins = pose_margins(arm, T, Ts_table_hand, parameters, iterations=iterations)
            score = float(margins.score.min() + 0.2 * np.clip(margins.score, 0, FULL).mean())
            if score > best_score:
                best, best_score = (float(distance), float(angle)), score
    return best, best_score


def _base(middle: FloatArray, distance: float, angle: float) -> FloatArray:
    """Stand at `distance` from the middle, `angle` from +y (away from the camera), facing the middle."""
    away = np.array([np.sin(angle), np.cos(angle)])
    facing = np.arctan2(-away[1], -away[0])
    R = Rotation.from_rotvec([0.0, 0.0, facing]).as_matrix()
    return se3.from_parts(R, np.array([*(middle + distance * away), 0.0]))


def _scores(
    arm: Arm, solution: ArmSolution, parameters: PlacementParameters
) -> tuple[FloatArray, FloatArray, FloatArray]:
    limit = arm.limit_margin(solution.q)
    manipulability = arm.manipulability(solution.q)
    score = np.minimum(
        np.minimum(limit / parameters.limit_margin_wanted_rad, FULL),
        np.minimum(manipulability / parameters.manipulability_wanted, FULL),
    )
    _, p = arm.chain.forward(solution.q, np.eye(4))
    moving = np.array(arm.chain.moves.any(axis=1))
    moving[arm.hand] = False
    too_low = p[:, moving, 2].min(axis=1) < parameters.link_height_min_m
    score = np.where(too_low, score - 1.0, score)
    missed = solution.position_error_m + 0.1 * solution.rotation_error_rad
    return np.where(missed > 1e-3, -1.0 - missed, score), limit, manipulability
