"""Imperfections are numbers in range, of groups that the robot has."""

from typing import Any

import numpy as np
import pytest

from skillc.runtime.drivers.imperfections import Imperfections, by_joint
from skillc.runtime.formats.robot_profile import RobotProfile


@pytest.mark.parametrize(
    "wrong",
    [
        {"latency_s": -0.001},
        {"latency_s": 0.051},
        {"latency_s": float("nan")},
        {"dropped_share": 1.1},
        {"dropped_share": float("nan")},
        {"encoder_noise_rad": {"hand": -1.0}},
        {"encoder_noise_rad": {"hand": float("nan")}},
        {"backlash_rad": {"hand": float("inf")}},
    ],
)
def test_what_is_no_number_in_range_is_refused_by_its_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Imperfections(**wrong)


def test_values_of_groups_go_to_their_joints_alone(profile: RobotProfile) -> None:
    assert np.array_equal(by_joint({"hand": 0.5}, profile), [0.0] * 7 + [0.5] * 16)


def test_a_group_that_the_robot_has_not_is_refused_with_those_it_has(profile: RobotProfile) -> None:
    with pytest.raises(ValueError, match="no joint group 'fist'; it has arm, hand"):
        by_joint({"fist": 0.5}, profile)
