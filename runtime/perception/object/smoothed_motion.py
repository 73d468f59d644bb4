"""Poses fitted frame by frame, smoothed over the whole motion."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.perception.object.motion_settings import MotionSettings
from skillc.runtime.perception.object.motion_smoothing import smooth_positions, smooth_turns
from skillc.runtime.perception.object.pose_hypotheses import Manner, carried_place, held
from skillc.runtime.perception.object.resting import Rest


@dataclass(frozen=True, kw_only=True)
class SmoothMotion:
    """One pose a frame."""

    poses: FloatArray
    """(T, 4, 4)."""
    sigma: FloatArray
    """(T,) m, one standard deviation of the position."""


def smoothed(
    poses: FloatArray,
    information: FloatArray,
    manner: Manner,
    rest: Rest | None,
    time_s: FloatArray,
    onset: int,
    settings: MotionSettings,
) -> SmoothMotion:
    """Return the motion that fits all frames at once.

    Args:
        poses: (T, 4, 4) fitted frame by frame.
        information: (T, 6, 6) of each, from the frame alone.
        manner: How the object is moved.
        rest: The object lying still at the end, if it does.
        time_s: (T,).
        onset: Last frame before it moves.
        settings: Parameters.
    """
    count = len(poses)
    positions, about_position = _placed(poses, information, manner, rest, onset, settings)
    steps, step_information = np.zeros((count, 3)), np.zeros((count, 3, 3))
    carried, moving = manner.carried, count if rest is None else rest.since
    for t in range(onset + 1, moving):
        if carried is not None and np.isfinite(carried.step[t]).all():
            steps[t] = carried.step[t]
            step_information[t] = held(carried, t, settings)
    found = smooth_positions(positions, about_position, steps, step_information, time_s, settings.acceleration_sigma)
    result = poses.copy()
    result[onset + 1 :, :3, 3] = found.positions[onset + 1 :]
    result[onset + 1 :, :3, :3] = smooth_turns(poses[onset:, :3, :3], time_s[onset:], settings.turn_smoothing)[1:]
    return SmoothMotion(poses=result, sigma=np.where(np.arange(count) <= onset, 0.0, found.sigma))


def _placed(
    poses: FloatArray,
    information: FloatArray,
    manner: Manner,
    rest: Rest | None,
    onset: int,
    settings: MotionSettings,
) -> tuple[FloatArray, FloatArray]:
    """Return positions (T, 3) and their precisions (T, 3, 3), with what hand and support say about them."""
    count = len(poses)
    turn_precision = np.eye(3) / settings.turn_sigma**2
    about_position = np.zeros((count, 3, 3))
    positions = poses[:, :3, 3].copy()
    for t in range(count):
        H = information[t]
        if t <= onset:
            about_position[t] = np.eye(3) * 1e10
            continue
        # What is left about the position once the rotation is allowed for.
        cross = H[:3, 3:]
        about_position[t] = H[:3, :3] - cross @ np.linalg.solve(H[3:, 3:] + turn_precision, cross.T)
        if manner.sliding:
            about_position[t][2, 2] = 1e10
        elif manner.carried is not None and np.isfinite(manner.carried.position[t]).all():
            weak = carried_place(manner.carried, t, settings.carry_sigma)
            total = about_position[t] + weak
            positions[t] = np.linalg.solve(total, about_position[t] @ positions[t] + weak @ manner.carried.position[t])
            about_position[t] = total
        if rest is not None and t >= rest.since:
            # It lies on its support: one number the picture shows badly and the table well.
            firm = np.diag([0.0, 0.0, 1.0 / settings.support_sigma**2])
            total = about_position[t] + firm
            goal = about_position[t] @ positions[t] + firm @ np.array([0.0, 0.0, rest.height_m])
            positions[t] = np.linalg.solve(total + 1e-9 * np.eye(3), goal)
            about_position[t] = total
    return positions, about_position
