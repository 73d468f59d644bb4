import numpy as np
import pytest

from skillc.runtime.demonstrator.grasping import HandPose, hand_frame
from skillc.runtime.demonstrator.movement import Move, forearm_pose, minimum_jerk, perform
from skillc.runtime.geometry import se3


def pose(twist: list[float], bend: float) -> HandPose:
    return HandPose(T_table_hand=se3.exp(np.array(twist)), posture=np.full(21, bend))


def test_minimum_jerk_starts_and_ends_at_rest() -> None:
    s = np.linspace(0, 1, 2001)
    p = minimum_jerk(s)
    speed, acceleration = np.gradient(p, s), np.gradient(np.gradient(p, s), s)
    assert p[0] == 0 and p[-1] == 1 and minimum_jerk(0.5) == pytest.approx(0.5)
    assert speed.max() == pytest.approx(1.875, abs=1e-3)  # 15/8, Flash & Hogan 1985
    assert abs(speed[0]) < 1e-2 and abs(acceleration[2]) < 0.2


def test_overlapping_moves_end_exactly_at_the_last_goal() -> None:
    start, middle, end = (
        pose([0, 0, 0, 0, 0, 0], 0.0),
        pose([0.2, 0, 0.1, 0, 0.4, 0], 0.5),
        pose([0.3, 0.2, 0, 0.3, 0, 0.6], 0.2),
    )
    moves = (
        Move(goal=middle, start_s=0.0, duration_s=1.0, fingers_start_s=0.2, fingers_duration_s=0.5),
        Move(goal=end, start_s=0.6, duration_s=1.0, fingers_start_s=0.8, fingers_duration_s=0.7),
    )
    played = perform(start, moves, np.array([0.0, 0.8, 2.0]))
    assert played[0].T_table_hand == pytest.approx(start.T_table_hand)
    assert played[-1].T_table_hand == pytest.approx(end.T_table_hand, abs=1e-12)
    assert played[-1].posture == pytest.approx(end.posture)


def test_the_forearm_bends_at_the_wrist_no_further_than_allowed_and_stays_above_the_table() -> None:
    R = hand_frame((-0.9, -0.3, -0.2), (0, 0, 1))
    T = se3.from_parts(R, np.array([0.3, 0.3, 0.12]))
    for shoulder in ([0.9, 0.5, 0.4], [0.3, -0.9, 0.2]):
        forearm = forearm_pose(T, np.array(shoulder), 0.245, bend_limit=0.7)
        assert forearm[:3, 3] == pytest.approx(T[:3, 3])
        assert (forearm[:3, 3] - 0.245 * forearm[:3, 0])[2] > 0.05
        assert se3.rotation_angle(T, forearm) < 0.75
