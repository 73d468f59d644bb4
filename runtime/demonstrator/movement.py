"""Human arm movement as overlapping minimum-jerk submovements.

Each submovement carries the hand from one key pose towards the next along the minimum-jerk profile
10 s^3 - 15 s^4 + 6 s^5 (Flash & Hogan, J. Neurosci. 5(7), 1985); a new one may start before the last has ended and
their displacements add up (Flash & Henis, J. Cogn. Neurosci. 3(3), 1991).
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.demonstrator.grasping import HandPose
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3


@dataclass(frozen=True, kw_only=True)
class Move:
    """One submovement; the wrist and the fingers may take different times."""

    goal: HandPose
    start_s: float
    duration_s: float
    fingers_start_s: float
    fingers_duration_s: float


def minimum_jerk(share: FloatArray | float) -> FloatArray:
    """Return progress 0..1 for the share of time passed, clipped outside 0..1."""
    s = np.clip(np.asarray(share, dtype=np.float64), 0.0, 1.0)
    progress: FloatArray = s**3 * (10 - 15 * s + 6 * s * s)
    return progress


def perform(start: HandPose, moves: tuple[Move, ...], time_s: FloatArray) -> tuple[HandPose, ...]:
    """Return the hand at each time (T,) after adding up all submovements from `start`."""
    poses = []
    for t in time_s:
        T, posture = start.T_table_hand, start.posture
        before = start
        p, R = T[:3, 3].copy(), T[:3, :3]
        for move in moves:
            wrist = float(minimum_jerk((t - move.start_s) / move.duration_s))
            fingers = float(minimum_jerk((t - move.fingers_start_s) / move.fingers_duration_s))
            a, b = before.T_table_hand, move.goal.T_table_hand
            p = p + wrist * (b[:3, 3] - a[:3, 3])
            turn = Rotation.from_matrix(b[:3, :3] @ a[:3, :3].T).as_rotvec()
            R = Rotation.from_rotvec(wrist * turn).as_matrix() @ R
            posture = posture + fingers * (move.goal.posture - before.posture)
            before = move.goal
        poses.append(HandPose(T_table_hand=se3.from_parts(R, p), posture=posture))
    return tuple(poses)


def forearm_pose(T_table_hand: FloatArray, shoulder: FloatArray, length: float, bend_limit: float) -> FloatArray:
    """Return T_table_forearm (4, 4): from the wrist towards `shoulder` (3,), rolled with the hand.

    The wrist bends at most `bend_limit` rad; beyond, the elbow gives way.
    """
    wrist, x_hand = T_table_hand[:3, 3], T_table_hand[:3, 0]
    wanted = (wrist - shoulder) / np.linalg.norm(wrist - shoulder)
    axis = np.cross(x_hand, wanted)
    bend = float(np.arctan2(np.linalg.norm(axis), x_hand @ wanted))
    soft = bend_limit * np.tanh(bend / bend_limit)
    unit = axis / max(float(np.linalg.norm(axis)), 1e-9)
    R = Rotation.from_rotvec(unit * soft).as_matrix() @ T_table_hand[:3, :3]
    pose = se3.from_parts(R, wrist)
    elbow = wrist - R[:, 0] * length
    if elbow[2] < 0.06:  # the elbow stays above the table
        lifted = elbow.copy()
        lifted[2] = 0.06
        x = (wrist - lifted) / np.linalg.norm(wrist - lifted)
        turn = np.cross(R[:, 0], x)
        angle = float(np.arctan2(np.linalg.norm(turn), R[:, 0] @ x))
        R = Rotation.from_rotvec(turn / max(float(np.linalg.norm(turn)), 1e-9) * angle).as_matrix() @ R
        pose = se3.from_parts(R, wrist)
    return pose
