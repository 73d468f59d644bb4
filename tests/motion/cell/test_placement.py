"""Where the base stands: margins move with the scene, the chosen place reaches, faces and keeps clear."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.margins import anchor_margins
from skillc.runtime.motion.cell.placement import PlacementParameters, box_corners, displaced, place_base, pose_margins
from skillc.runtime.motion.kinematics.arm_ik import Arm

pytestmark = pytest.mark.slow

PARAMETERS = PlacementParameters(
    distance_min_m=0.4, distance_max_m=0.7, camera_side_rad=np.pi / 3, clearance_m=0.3, manipulability_wanted=0.06,
    limit_margin_wanted_rad=0.3, link_height_min_m=0.08, seeds=3,
)  # fmt: skip
T_TABLE_ROBOT = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])


@pytest.fixture(scope="module")
def arm(robot_model: mujoco.MjModel, profile: RobotProfile) -> Arm:
    return Arm.from_model(robot_model, profile)


@pytest.fixture(scope="module")
def poses(arm: Arm) -> np.ndarray:
    """Hand poses around the home posture, over the table."""
    postures = arm.home + 0.15 * np.random.default_rng(1).uniform(-1, 1, size=(4, arm.chain.n))
    return np.asarray(T_TABLE_ROBOT @ arm.hand_pose(postures))


def yaw(angle: float, x: float = 0.0, y: float = 0.0) -> np.ndarray:
    return se3.from_parts(Rotation.from_rotvec([0, 0, angle]).as_matrix(), np.array([x, y, 0.0]))


def test_the_box_has_its_middle_and_four_corners() -> None:
    corners = dict(box_corners(0.05, 0.2))
    assert list(corners) == ["nominal", "x- y- yaw+", "x- y+ yaw-", "x+ y- yaw-", "x+ y+ yaw+"]
    assert np.array_equal(corners["nominal"], np.eye(4))
    assert np.allclose(corners["x+ y- yaw-"], yaw(-0.2, 0.05, -0.05))


def test_a_hand_moves_with_its_object_about_the_objects_own_axis() -> None:
    T_hand = se3.from_parts(np.eye(3), np.array([0.4, 0.2, 0.1]))
    moved = displaced(T_hand, yaw(np.pi / 2, 0.01, 0.02), np.array([0.3, 0.2, 0.0]))
    assert np.allclose(moved[:3, 3], [0.31, 0.32, 0.1])
    assert np.allclose(moved[:3, :3], yaw(np.pi / 2)[:3, :3])


def test_turning_base_and_hand_poses_together_changes_no_margin(arm: Arm, poses: np.ndarray) -> None:
    turn = yaw(0.8, 0.1, -0.3)
    here = pose_margins(arm, T_TABLE_ROBOT, poses, PARAMETERS)
    there = pose_margins(arm, turn @ T_TABLE_ROBOT, turn @ poses, PARAMETERS)
    assert (here.score > 0).all()
    assert np.allclose(here.score, there.score, atol=1e-6)
    assert np.allclose(here.limit_margin_rad, there.limit_margin_rad, atol=1e-6)


def test_a_pose_out_of_reach_scores_below_every_pose_in_reach(arm: Arm, poses: np.ndarray) -> None:
    far = poses[:1].copy()
    far[0, :2, 3] += 3.0
    margins = pose_margins(arm, T_TABLE_ROBOT, np.concatenate([poses[:1], far]), PARAMETERS)
    assert margins.score[0] > 0 > -1 > margins.score[1]
    assert margins.position_error_m[0] < 1e-4 and margins.position_error_m[1] > 1.0


def test_the_base_reaches_all_poses_faces_them_and_keeps_clear(arm: Arm, poses: np.ndarray) -> None:
    middle = poses[:, :2, 3].mean(axis=0)
    objects = [middle, middle + np.array([0.1, 0.0])]
    T, score = place_base(arm, poses[:2], objects, replace(PARAMETERS, seeds=2))
    assert score > 0 and (pose_margins(arm, T, poses[:2], PARAMETERS).score > 0).all()
    toward = poses[:2, :2, 3].mean(axis=0) - T[:2, 3]
    assert PARAMETERS.distance_min_m - 1e-9 <= np.linalg.norm(toward) <= PARAMETERS.distance_max_m + 1e-9
    assert np.allclose(T[:2, 0], toward / np.linalg.norm(toward)), "x looks at the middle"
    assert T[2, 3] == 0 and np.allclose(T[:3, 2], [0, 0, 1])
    assert min(np.linalg.norm(T[:2, 3] - xy) for xy in objects) >= PARAMETERS.clearance_m
    from_camera = np.arccos(np.clip(toward @ [0.0, 1.0] / np.linalg.norm(toward), -1, 1))
    assert from_camera >= PARAMETERS.camera_side_rad - 1e-9, "the camera's sector around -y stays free"


def test_moving_the_scene_moves_the_base_with_it(arm: Arm, poses: np.ndarray) -> None:
    wide = replace(PARAMETERS, seeds=1, clearance_m=0.7)  # few places are left, which is quick
    beside = poses[0, :2, 3] + [0.4, -0.2]
    T, score = place_base(arm, poses[:1], [beside], wide)
    shift = np.array([0.2, -0.1, 0.0])
    moved = poses[:1].copy()
    moved[:, :3, 3] += shift
    T_moved, score_moved = place_base(arm, moved, [beside + shift[:2]], wide)
    assert np.allclose(T_moved[:3, 3] - T[:3, 3], shift, atol=1e-9)
    assert score_moved == pytest.approx(score, abs=1e-6)


def test_poses_that_no_base_reaches_give_a_negative_score(arm: Arm, poses: np.ndarray) -> None:
    apart = np.concatenate([poses[:1], poses[:1]])
    apart[1, 0, 3] += 4.0
    beside = apart[:, :2, 3].mean(axis=0) + np.array([0.4, -0.2])
    _, score = place_base(arm, apart, [beside], replace(PARAMETERS, seeds=1, clearance_m=0.8))
    assert -5 < score < 0


def _anchored(arm: Arm, poses: np.ndarray) -> Reference:
    count = len(poses)
    return Reference(
        time_s=np.arange(count) / 60, qpos=np.zeros((count, 23)), joint_names=(), phase=np.zeros(count, dtype=np.int64),
        T_table_robot=T_TABLE_ROBOT, anchor_index=np.arange(count), anchor_name=("contact", "interaction")[:count],
        anchor_T_table_hand=poses, T_manip_hand=np.zeros((6, 4, 4)), T_target_hand=np.zeros((6, 4, 4)),
        T_table_manip=np.tile(np.eye(4), (count, 1, 1)),
        demonstrated_frame=np.full(count, np.nan),
    )  # fmt: skip


def test_anchor_margins_name_anchor_object_and_corner_and_see_what_is_missed(arm: Arm, poses: np.ndarray) -> None:
    objects = [("cup", poses[0][:3, 3]), ("bowl", poses[1][:3, 3])]

    def margins(position_m: float) -> list[tuple[str, str, float]]:
        found = anchor_margins(
            arm, _anchored(arm, poses[:2]), objects=objects, position_m=position_m, yaw_rad=0.1, parameters=PARAMETERS
        )
        return [(m.keyframe, m.corner, m.position_error_m) for m in found]

    near = margins(0.02)
    assert [(k, c) for k, c, _ in near][:2] == [("contact", "nominal"), ("contact", "cup x- y- yaw+")]
    assert len(near) == 10 and {c.split()[0] for k, c, _ in near if k == "interaction"} == {"nominal", "bowl"}
    assert max(e for *_, e in near) < 1e-4
    far = {(k, c): e for k, c, e in margins(1.0)}
    assert far["contact", "nominal"] < 1e-4
    assert max(far.values()) > 0.3
