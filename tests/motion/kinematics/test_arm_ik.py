import mujoco
import numpy as np

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.kinematics.arm_ik import Arm, solve_arm


def test_poses_of_known_postures_are_reached_exactly(robot_model: mujoco.MjModel, profile: RobotProfile) -> None:
    arm = Arm.from_model(robot_model, profile)
    rng = np.random.default_rng(0)
    q_true = arm.home + rng.uniform(-0.15, 0.15, size=(50, 7))
    found = solve_arm(arm, arm.hand_pose(q_true), arm.home)
    assert found.reached.mean() > 0.95
    poses = arm.hand_pose(found.q[found.reached])
    assert np.allclose(poses[:, :3, 3], arm.hand_pose(q_true)[found.reached][:, :3, 3], atol=1e-5)


def test_postures_stay_inside_the_limits_when_the_pose_is_out_of_reach(
    robot_model: mujoco.MjModel, profile: RobotProfile
) -> None:
    arm = Arm.from_model(robot_model, profile)
    far = se3.from_parts(np.eye(3), np.array([3.0, 0, 0]))[None]
    found = solve_arm(arm, far, arm.home)
    assert not found.reached[0] and found.position_error_m[0] > 1.0
    assert np.all(found.q >= arm.lower) and np.all(found.q <= arm.upper)


def test_the_jacobian_is_the_derivative_of_the_pose(robot_model: mujoco.MjModel, profile: RobotProfile) -> None:
    arm = Arm.from_model(robot_model, profile)
    q, step = arm.home[None], 1e-6
    J = arm.jacobian(q)[0]
    for k in range(7):
        d = np.zeros((1, 7))
        d[0, k] = step
        change = se3.difference(arm.hand_pose(q + d)[0], arm.hand_pose(q - d)[0]) / (2 * step)
        assert np.allclose(change, J[:, k], atol=1e-6)
