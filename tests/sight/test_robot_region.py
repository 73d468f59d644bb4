"""The robot's own points are known by its joints, and what is beside it is not taken for it."""

import numpy as np

from skillc.runtime.formats.collision_model import Capsule
from skillc.runtime.sight.robot_region import MARGIN_M, RobotRegion
from tests.safety import four_joints

ROBOT = RobotRegion(four_joints.body(Capsule(link=1, start=(0, 0, 0), end=(0.3, 0, 0), radius=0.05)))


def test_points_at_a_link_are_the_robots_and_follow_its_joints() -> None:
    points = np.array([[0.2, 0.0, 0.5], [0.2, 0.05 + MARGIN_M - 1e-4, 0.5], [0.2, 0.05 + MARGIN_M + 1e-4, 0.5]])
    assert ROBOT.holds(points, np.zeros(4)).tolist() == [True, True, False]
    turned = np.array([np.pi / 2, 0, 0, 0])
    assert not ROBOT.holds(points[:1], turned).any() and ROBOT.holds(np.array([[0.0, 0.0, 0.3]]), turned).all()


def test_no_points_are_nobodys() -> None:
    assert ROBOT.holds(np.zeros((0, 3)), np.zeros(4)).shape == (0,)
