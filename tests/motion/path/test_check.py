"""What runs into what, against geometry measured by hand."""

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.path.check import SELF_OVERLAP_M, PathChecker
from skillc.runtime.sim.world import World
from tests.motion import synthetic

MARGIN = 0.02


@pytest.fixture(scope="module")
def checker(apple_world: World) -> PathChecker:
    return PathChecker(apple_world, "apple", margin_m=MARGIN)


def apple_at(x: float, y: float, z: float) -> np.ndarray:
    return se3.from_parts(np.eye(3), np.array([x, y, z]))


def test_the_home_posture_is_clear_of_everything(checker: PathChecker, profile: RobotProfile) -> None:
    seen = checker.check(profile.home[None], apple_at(0.3, 0.29, 0.1))
    assert seen.robot_scene[0] == seen.robot_manipulated[0] == seen.carried_scene[0] == MARGIN
    assert seen.self_overlap[0] > -SELF_OVERLAP_M
    assert np.array_equal(seen.low, [[-1, -1]])


def test_a_carried_object_is_measured_against_table_and_target(checker: PathChecker, profile: RobotProfile) -> None:
    plate = np.asarray(synthetic.apple().twin.objects[1].T_table_object)[:2, 3]
    heights = np.array([0.03, 0.012, 0.004, 0.0, -0.003])
    poses = np.stack([apple_at(0.35, 0.35, z) for z in heights])
    seen = checker.check(np.repeat(profile.home[None], len(poses), axis=0), poses)
    assert np.allclose(seen.carried_scene, np.minimum(heights, MARGIN), atol=2e-4)
    inside = checker.check(profile.home[None], apple_at(*plate, 0.0))
    assert inside.carried_scene[0] < -0.002, "the apple's bottom is in the plate's"
    assert (seen.robot_scene == MARGIN).all(), "that is not the robot's doing"


def test_an_object_at_the_hand_is_touched_by_it_and_by_nothing_else(
    checker: PathChecker, apple_world: World, profile: RobotProfile
) -> None:
    data = mujoco.MjData(apple_world.model)
    data.qpos[apple_world.joint_qpos] = profile.home
    mujoco.mj_kinematics(apple_world.model, data)
    tip = data.geom_xpos[apple_world.tip_geoms[1]]
    seen = checker.check(profile.home[None], apple_at(tip[0], tip[1], tip[2] - 0.04))
    assert seen.robot_manipulated[0] < -0.005
    assert seen.robot_scene[0] == seen.carried_scene[0] == MARGIN


def test_an_arm_bent_into_the_table_is_seen_with_the_pair_that_touches(
    checker: PathChecker, apple_world: World, profile: RobotProfile
) -> None:
    q = np.repeat(profile.home[None], 6, axis=0)
    q[:, 1] += np.linspace(0.0, 1.2, 6)
    seen = checker.check(q, apple_at(0.9, 0.9, 0.0))
    assert seen.robot_scene[0] == MARGIN and seen.robot_scene[-1] < -0.01
    assert apple_world.table_geom in seen.low[-1]


def test_fingers_crossing_each_other_are_a_self_collision(checker: PathChecker, profile: RobotProfile) -> None:
    q = np.repeat(profile.home[None], 2, axis=0)
    q[1, profile.joint_names.index("index_side")] = 0.6
    q[1, profile.joint_names.index("middle_side")] = -0.6
    seen = checker.check(q, apple_at(0.3, 0.29, 0.0))
    assert seen.self_overlap[0] > -SELF_OVERLAP_M > seen.self_overlap[1]


def test_checking_leaves_the_world_as_it_was(checker: PathChecker, apple_world: World, profile: RobotProfile) -> None:
    margins = apple_world.model.geom_margin.copy()
    PathChecker(apple_world, "apple", margin_m=0.1).check(profile.home[None], np.eye(4))
    assert np.array_equal(apple_world.model.geom_margin, margins)
    once, many = (checker.check(np.repeat(profile.home[None], n, axis=0), apple_at(0.2, 0.1, 0.01)) for n in (1, 3))
    assert np.array_equal(many.carried_scene, np.repeat(once.carried_scene, 3))
