"""Limits of several joints as arrays."""

import numpy as np
import pytest

from skillc.runtime.formats.motion_limits import LimitsRefused, MotionLimits
from skillc.runtime.formats.robot_profile import JointLimits


def joint(**changed: float) -> JointLimits:
    sound = {"lower": -1.0, "upper": 2.0, "speed": 1.0, "acceleration": 4.0, "jerk": 30.0, "effort": 9.0}
    return JointLimits(name="j", kp=1.0, kv=1.0, home=0.0, **sound | changed)


def test_a_share_leaves_part_of_the_rates_unused_and_positions_as_they_are() -> None:
    found = MotionLimits.of([joint(), joint(speed=3.0)], share=0.5, at_most_speed=2.0)
    assert np.allclose(found.speed, [0.5, 1.0])
    assert np.allclose([found.acceleration, found.jerk], [[2.0, 2.0], [15.0, 15.0]])
    assert np.allclose([found.lower, found.upper], [[-1.0, -1.0], [2.0, 2.0]])


def test_an_empty_range_is_refused_and_named() -> None:
    with pytest.raises(LimitsRefused, match=r"j: lower 2.0 is not below upper 2.0"):
        MotionLimits.of([joint(lower=2.0)])


def test_the_box_between_two_poses_keeps_the_rates() -> None:
    limits = MotionLimits.of([joint(), joint()])
    box = limits.between(np.array([0.5, -0.5]), np.array([0.0, 1.0]))
    assert np.allclose([box.lower, box.upper], [[0.0, -0.5], [0.5, 1.0]])
    assert box.speed is limits.speed
