"""From human joints to robot motion: frames, goals, limits, collisions and smoothing."""

from pathlib import Path

import mink
import mujoco
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.motion.kinematics.clearance_limit import ClearanceLimit
from skillc.runtime.motion.kinematics.ik import HandIk, IkParameters
from skillc.runtime.motion.retarget.hand_goals import hand_goals, hand_length, wrist_rotation
from skillc.runtime.motion.retarget.motion import RetargetParameters, retarget
from skillc.runtime.motion.retarget.smoothing import gaussian_smoothing
from skillc.runtime.robot.model import RobotModel, robot_model
from tests.motion import synthetic
from tests.motion.kinematics.test_finger_chain import PARAMETERS as FINGERS

T_TABLE_ROBOT = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])
IK = IkParameters(
    tip_weight=1.0,
    wrist_position_weight=0.1,
    wrist_rotation_weight=0.01,
    arm_posture_weight=1e-4,
    posture_weight=8e-3,
    damping=1e-6,
    clearance=0.003,
    detection_distance=0.02,
)
PARAMETERS = RetargetParameters(
    ik=IK,
    fingers=FINGERS,
    arm_iterations=1,
    iterations=2,
    starts=8,
    start_iterations=25,
    smoothing_sigma=0.05,
)


def reaching_hand(count: int = 45) -> np.ndarray:
    """Palm down, fingers towards the camera, coming down by 10 cm and turning by 0.4 rad."""
    down = np.array([[0.0, -1, 0], [-1, 0, 0], [0, 0, -1]])
    share = (1 - np.cos(np.linspace(0, np.pi, count))) / 2
    turns = Rotation.from_rotvec(np.outer(0.4 * share, [0, 0, 1])).as_matrix()
    places = np.array([0.1, 0.25, 0.25]) - np.outer(share, [0.05, 0.05, 0.1])
    return np.einsum("tij,kj->tki", turns @ down, synthetic.flat_hand()) + places[:, None]


@pytest.fixture(scope="module")
def robot(profile: RobotProfile, robot_folder: Path) -> RobotModel:
    return robot_model(profile, robot_folder, T_TABLE_ROBOT, table=((0.0, 0.2), (0.6, 0.6)))


@pytest.fixture(scope="module")
def moved(robot: RobotModel) -> JointMotion:
    return retarget(
        synthetic.hand_motion(reaching_hand()),
        robot,
        T_TABLE_ROBOT,
        time_s=np.arange(45) / 30,
        parameters=PARAMETERS,
        rng=np.random.default_rng(0),
    )


def test_wrist_frame_points_to_the_knuckle_and_out_of_the_palm() -> None:
    np.testing.assert_allclose(wrist_rotation(synthetic.flat_hand()[None], handedness="right")[0], np.eye(3), atol=1e-9)
    mirrored = synthetic.flat_hand() * [1, -1, 1]
    np.testing.assert_allclose(wrist_rotation(mirrored[None], handedness="left")[0][:, 2], [0, 0, 1], atol=1e-9)


def test_wrist_frame_turns_with_the_hand() -> None:
    turn = Rotation.from_euler("xyz", [0.4, -1.0, 2.0]).as_matrix()
    R = wrist_rotation((synthetic.flat_hand() @ turn.T)[None] + 0.3, handedness="right")[0]
    np.testing.assert_allclose(R, turn, atol=1e-9)


def test_straight_fingers_of_both_hands_end_at_the_same_place() -> None:
    goals = hand_goals(synthetic.hand_motion(synthetic.flat_hand()[None]), robot_reach_m=0.22)
    assert hand_length(synthetic.flat_hand()[None]) == pytest.approx(0.187)
    np.testing.assert_allclose(goals.T_table_wrist[0, :3, 3], [0.187 - 0.22, 0, 0], atol=1e-9)
    np.testing.assert_allclose(goals.tips_table_m[0, 2], [0.187, 0, 0], atol=1e-9)


def test_frames_without_a_hand_join_their_neighbours() -> None:
    unseen, higher = np.full((21, 3), np.nan), synthetic.flat_hand() + np.array([0, 0, 0.02])
    joints = np.stack([unseen, synthetic.flat_hand(), unseen, higher])
    goals = hand_goals(synthetic.hand_motion(joints), robot_reach_m=0.187)
    assert goals.seen.tolist() == [False, True, False, True]
    np.testing.assert_allclose(goals.T_table_wrist[:, 2, 3], [0, 0, 0.01, 0.02], atol=1e-9)
    with pytest.raises(ValueError, match="no frame"):
        hand_goals(synthetic.hand_motion(np.full((3, 21, 3), np.nan)), robot_reach_m=0.2)


def test_a_flipped_palm_is_filled_from_its_neighbours() -> None:
    joints = reaching_hand()
    joints[20:25] = (joints[20:25] - joints[20:25, :1]) * [1, 1, -1] + joints[20:25, :1]
    joints[20:25, 5:] = joints[20:25, 5:] * [-1, 1, 1] + [2 * joints[20, 0, 0], 0, 0]
    plain = hand_goals(synthetic.hand_motion(reaching_hand()), robot_reach_m=0.22)
    flipped = hand_goals(synthetic.hand_motion(joints), robot_reach_m=0.22)
    assert flipped.seen.tolist() == [not 20 <= k < 25 for k in range(45)]
    np.testing.assert_allclose(flipped.T_table_wrist, plain.T_table_wrist, atol=0.01)


def test_smoothing_keeps_limits_and_constant_motion() -> None:
    rng = np.random.default_rng(0)
    q = np.clip(rng.normal(size=(100, 3)), -1, 1)
    smooth = gaussian_smoothing(q, sigma_s=0.1, rate_hz=30)
    assert np.abs(smooth).max() <= 1
    assert np.abs(np.diff(smooth, axis=0)).max() <= np.abs(np.diff(q, axis=0)).max()
    ramp = np.linspace(0, 1, 100)[:, None]
    np.testing.assert_allclose(gaussian_smoothing(ramp, sigma_s=0.1, rate_hz=30)[20:-20], ramp[20:-20], atol=1e-12)


def test_inverse_kinematics_finds_a_posture_that_is_known_to_fit(robot: RobotModel) -> None:
    solver = HandIk(robot, IK)
    truth = robot.profile.home.copy()
    truth[0] += 0.3
    truth[7:] += 0.3
    data = mujoco.MjData(robot.model)
    data.qpos[robot.qpos] = truth
    mujoco.mj_kinematics(robot.model, data)
    tips = np.array([data.site(site).xpos for site in robot.tip_sites])
    wrist = np.eye(4)
    site = data.site("wrist")
    wrist[:3, :3], wrist[:3, 3] = site.xmat.reshape(3, 3), site.xpos
    q = solver.solve(robot.profile.home, tips, wrist, posture=truth, iterations=60)
    result = solver.result(q, tips, wrist)
    assert result.tip_error_m.max() < 1e-3
    assert result.wrist_error_m < 1e-3
    assert result.wrist_error_rad < 0.01


def test_steps_never_exceed_what_they_may(robot: RobotModel) -> None:
    solver = HandIk(robot, IK)
    far = np.eye(4)
    far[:3, 3] = 0.5, 0.2, 0.3
    step = np.full(23, 0.05)
    q = solver.solve(robot.profile.home, np.full((4, 3), 0.3), far, step=step, iterations=5)
    assert np.abs(q - robot.profile.home).max() <= 0.05 + 1e-9


def test_the_motion_follows_the_hand_within_limits(moved: JointMotion, profile: RobotProfile) -> None:
    lower = np.array([j.lower for j in profile.joints])
    upper = np.array([j.upper for j in profile.joints])
    speed = np.array([j.speed for j in profile.joints])
    assert (moved.qpos >= lower - 1e-9).all()
    assert (moved.qpos <= upper + 1e-9).all()
    assert (np.abs(np.diff(moved.qpos, axis=0)) * 30 <= speed + 1e-6).all()
    assert np.median(moved.wrist_error_m) < 0.03
    assert np.degrees(np.median(moved.wrist_error_rad)) < 10
    assert np.median(moved.tip_error_m[:, 1:]) < 0.02


def test_the_motion_touches_neither_table_nor_itself(moved: JointMotion, robot: RobotModel) -> None:
    data = mujoco.MjData(robot.model)
    for q in moved.qpos:
        data.qpos[robot.qpos] = q
        mujoco.mj_kinematics(robot.model, data)
        mujoco.mj_comPos(robot.model, data)
        mujoco.mj_collision(robot.model, data)
        assert data.contact.dist.min(initial=0.0) > -0.002


def test_the_same_inputs_give_the_same_motion(moved: JointMotion, robot: RobotModel) -> None:
    again = retarget(
        synthetic.hand_motion(reaching_hand()),
        robot,
        T_TABLE_ROBOT,
        time_s=np.arange(45) / 30,
        parameters=PARAMETERS,
        rng=np.random.default_rng(0),
    )
    assert np.array_equal(again.qpos, moved.qpos)


def test_what_is_too_fast_lags_away_from_the_anchor(robot: RobotModel) -> None:
    joints = np.concatenate([reaching_hand()[:1].repeat(10, axis=0) + np.array([0.2, 0.1, 0.0]), reaching_hand()[:20]])
    motion = retarget(
        synthetic.hand_motion(joints),
        robot,
        T_TABLE_ROBOT,
        time_s=np.arange(30) / 30,
        parameters=PARAMETERS,
        rng=np.random.default_rng(0),
        anchor=15,
    )
    assert motion.wrist_error_m[15:].max() < 0.035
    assert motion.wrist_error_m[:10].max() > 0.05


def test_a_hand_below_the_table_does_not_pull_the_fingers_into_it(robot: RobotModel) -> None:
    sunk = reaching_hand()
    sunk[:, :, 2] -= 0.2
    motion = retarget(
        synthetic.hand_motion(sunk),
        robot,
        T_TABLE_ROBOT,
        time_s=np.arange(45) / 30,
        parameters=PARAMETERS,
        rng=np.random.default_rng(0),
    )
    data = mujoco.MjData(robot.model)
    lowest = np.inf
    for q in motion.qpos[10:]:
        data.qpos[robot.qpos] = q
        mujoco.mj_kinematics(robot.model, data)
        lowest = min(lowest, *(float(data.site(site).xpos[2]) for site in robot.tip_sites))
    assert lowest > 0.0115 - 0.003


def test_clearance_rows_are_the_derivative_of_the_distance(robot: RobotModel) -> None:
    """Two capsule tips approach each other: the bound's change is minus G dq."""
    limit = ClearanceLimit(robot.model, clearance_m=0.0, detection_m=0.06, gain=1.0)
    configuration = mink.Configuration(robot.model)
    q = robot.profile.home.copy()
    q[robot.profile.joint_names.index("index_side")] = 0.05
    q[robot.profile.joint_names.index("middle_side")] = -0.05
    full = np.zeros(robot.model.nq)
    full[robot.qpos] = q
    pair = sorted((robot.model.geom("index_tip").id, robot.model.geom("middle_tip").id))

    def row() -> tuple[np.ndarray, float]:
        found = limit.compute_qp_inequalities(configuration, 1.0)
        assert found.G is not None
        assert found.h is not None
        data = mujoco.MjData(robot.model)
        data.qpos[:] = configuration.q
        mujoco.mj_kinematics(robot.model, data)
        distance = mujoco.mj_geomDistance(robot.model, data, pair[0], pair[1], 0.1, None)
        k = int(np.argmin(np.abs(found.h - distance)))
        assert found.h[k] == pytest.approx(distance, abs=1e-4)
        return found.G[k], float(found.h[k])

    configuration.update(full)
    G, before = row()
    direction = np.random.default_rng(0).normal(size=robot.model.nv)
    configuration.update(full + 1e-6 * direction)
    _, after = row()
    assert (after - before) / 1e-6 == pytest.approx(-float(G @ direction), abs=1e-4)
