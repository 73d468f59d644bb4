"""The metric hand: a made-up hand carries a ball; everything about it is known."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.hand.anchors import AnchorParameters, Contact, _keep_out
from skillc.runtime.perception.hand.bones import BONE_SHARES, PARENT, TIPS, bone_vectors, with_lengths
from skillc.runtime.perception.hand.bundle import BundleParameters, HandSize
from skillc.runtime.perception.hand.carry import triangulate_carried
from skillc.runtime.perception.hand.motion import HandEvidence, HandParameters, depth_at_joints, reconstruct_hand
from skillc.runtime.perception.recording.faults import InputFault

pytestmark = pytest.mark.slow

CAMERA = Camera(width=960, height=720, fx=580.0, fy=580.0, cx=479.5, cy=359.5)
R_LOOK = np.array([[1.0, 0, 0], [0, -0.66, -0.75], [0, 0.75, -0.66]])
T_CAMERA_TABLE = se3.from_parts(R_LOOK, np.array([-0.3, 0.16, 0.44]))
FRAMES, CONTACT, REST = 90, 35, 75
LENGTH, BALL = 0.190, 0.035
PARAMETERS = HandParameters(
    size=HandSize(length_m=0.178, sigma=0.065),
    distance_sigma=0.08,
    anchored_s=0.7,
    median_s=0.3,
    bundle=BundleParameters(
        landmark_sigma=0.03, bone_sigma=0.06, palm_sigma=0.08, relative_depth_sigma=0.5, acceleration=6.0,
        correlation_s=0.15, iterations=25,
    ),
    anchors=AnchorParameters(
        finger_radius_m=0.008, contact_sigma_m=0.008, clearance_sigma_m=0.005, depth_sigma_m=0.01
    ),
)  # fmt: skip


def grasping_hand() -> np.ndarray:
    """Joints (21, 3) of a hand around a ball at the origin: thumb on one side, fingers on the other."""
    joints = np.zeros((21, 3))
    wrist = np.array([0.02, 0.10, 0.07])
    joints[0] = wrist
    for finger in range(5):
        angle = [2.6, 0.5, 0.2, -0.1, -0.4][finger]
        tip = (BALL + 0.008) * np.array([np.sin(angle + 1.2), np.cos(angle + 1.2) * 0.5, 0.3])
        for k in range(4):
            s = (k + 1) / 4
            joints[1 + 4 * finger + k] = wrist * (1 - s) + tip * s + np.array([0, 0, 0.06 * np.sin(np.pi * s)])
    shaped = with_lengths(joints, BONE_SHARES * LENGTH)
    # Bones were given their lengths, so the tips moved: put the middle of thumb and index tip onto the ball.
    return shaped - shaped[[4, 8]].mean(axis=0)


def scene(noise: float, seed: int = 0) -> tuple[np.ndarray, Landmarks, np.ndarray]:
    """True joints (T, 21, 3) in the table frame, noisy landmarks, and object poses."""
    rng = np.random.default_rng(seed)
    s = np.clip((np.arange(FRAMES) - CONTACT) / (REST - CONTACT), 0, 1)
    ball = np.array([0.38, 0.25, BALL]) + (3 * s**2 - 2 * s**3)[:, None] * np.array([-0.2, -0.12, 0.0])
    ball[:, 2] += 0.1 * np.sin(np.pi * s)
    approach = np.clip((CONTACT - np.arange(FRAMES)) / CONTACT, 0, 1)[:, None] * np.array([0.12, 0.15, 0.1])
    joints = grasping_hand()[None] + (ball + approach)[:, None]
    px = np.stack([project(CAMERA, T_CAMERA_TABLE, j) for j in joints])
    extent = np.ptp(px, axis=1).max()
    px += rng.normal(0, noise * extent, (1, 21, 2)) + rng.normal(0, noise * extent, px.shape)
    relative = np.stack([se3.apply(T_CAMERA_TABLE, j) for j in joints])
    relative = relative - relative.mean(axis=1, keepdims=True)
    # The estimator's shape: right directions, wrong size, flattened depth.
    relative = 0.85 * relative * [1, 1, 0.8] + rng.normal(0, 0.004, relative.shape)
    landmarks = Landmarks(
        frame=np.arange(FRAMES), joints_px=px, joints_relative_m=relative, score=np.ones(FRAMES),
        other_px=np.full(px.shape, np.nan), handedness="right", estimator="test",
    )  # fmt: skip
    Ts = np.repeat(np.eye(4)[None], FRAMES, axis=0)
    Ts[:, :3, 3] = ball
    return joints, landmarks, Ts


def contact_of(Ts: np.ndarray) -> Contact:
    frames = np.arange(FRAMES)
    return Contact(
        frames=frames >= CONTACT,
        carried=(frames >= CONTACT) & (frames <= REST),
        T_camera_object=T_CAMERA_TABLE @ Ts,
        position_sigma_m=np.full(FRAMES, 0.005),
        distance=lambda points: np.linalg.norm(points, axis=1) - BALL,
        opposed=True,
    )


def evidence(contact: Contact | None, depth: np.ndarray | None = None) -> HandEvidence:
    return HandEvidence(
        camera=CAMERA, T_camera_table=T_CAMERA_TABLE, time_s=np.arange(FRAMES) / 30, contact=contact, depth_m=depth
    )


def test_carrying_and_touching_fix_the_distance_of_a_hand_of_unknown_size() -> None:
    truth, landmarks, Ts = scene(0.015)
    motion, _ = reconstruct_hand(landmarks, evidence(contact_of(Ts)), PARAMETERS)
    held = slice(CONTACT + 3, REST)
    palm = np.linalg.norm((motion.joints_table_m - truth)[held][:, [0, 5, 9, 13, 17]].mean(axis=1), axis=1)
    assert np.median(palm) < 0.02
    tips = np.linalg.norm((motion.joints_table_m - truth)[held][:, [4, 8]], axis=2)
    assert np.median(tips) < 0.015
    before = np.linalg.norm((motion.joints_table_m - truth)[:CONTACT].mean(axis=1), axis=1)
    assert np.median(before / motion.position_sigma_m[:CONTACT]) < 2


def test_depth_gives_the_hand_to_a_centimetre_without_any_object() -> None:
    truth, landmarks, _ = scene(0.015)
    depth = np.stack([se3.apply(T_CAMERA_TABLE, j)[:, 2] for j in truth]) - 0.008
    depth += np.random.default_rng(2).normal(0, 0.003, depth.shape)
    depth[20:25] = np.nan
    depth[:, 7] -= 0.15
    motion, _ = reconstruct_hand(landmarks, evidence(None, depth), PARAMETERS)
    error = np.linalg.norm(motion.joints_table_m - truth, axis=2)
    assert np.median(error) < 0.01
    assert np.median(np.linalg.norm((motion.joints_table_m - truth).mean(axis=1), axis=1)) < 0.006


def test_gaps_are_filled_and_frames_before_the_hand_are_empty() -> None:
    truth, landmarks, Ts = scene(0.01)
    px = landmarks.joints_px.copy()
    px[:10], px[50:56] = np.nan, np.nan
    score = np.where(np.isnan(px[:, 0, 0]), 0.0, 1.0)
    holed = replace(landmarks, joints_px=px, score=score)
    motion, remarks = reconstruct_hand(holed, evidence(contact_of(Ts)), PARAMETERS)
    assert np.isnan(motion.joints_table_m[:10]).all()
    assert np.isfinite(motion.joints_table_m[10:]).all()
    assert (motion.confidence[50:56] == 0).all()
    assert np.median(np.linalg.norm((motion.joints_table_m - truth)[50:56].mean(axis=1), axis=1)) < 0.025
    assert any("6 frames" in remark for remark in remarks)


def test_one_wild_frame_does_not_move_the_others() -> None:
    truth, landmarks, Ts = scene(0.01)
    px = landmarks.joints_px.copy()
    px[60] = px[60][::-1] + 40
    motion, _ = reconstruct_hand(replace(landmarks, joints_px=px), evidence(contact_of(Ts)), PARAMETERS)
    assert np.linalg.norm((motion.joints_table_m - truth)[55:66].mean(axis=1), axis=1).max() < 0.035


def test_the_hand_stays_above_the_table_and_outside_the_object() -> None:
    _, landmarks, Ts = scene(0.02, seed=4)
    motion, _ = reconstruct_hand(landmarks, evidence(contact_of(Ts)), PARAMETERS)
    assert motion.joints_table_m[:, :, 2].min() > -0.003
    gaps = np.linalg.norm(motion.joints_table_m[CONTACT:] - Ts[CONTACT:, None, :3, 3], axis=2) - BALL
    assert np.quantile(gaps, 0.01) > -0.008


def test_a_scale_no_hand_can_have_is_refused() -> None:
    truth, landmarks, _ = scene(0.01)
    depth = 3 * np.stack([se3.apply(T_CAMERA_TABLE, j)[:, 2] for j in truth])
    with pytest.raises(InputFault) as caught:
        reconstruct_hand(landmarks, evidence(None, depth), PARAMETERS)
    assert caught.value.code == "SK833"


def test_triangulation_knows_its_own_error() -> None:
    rng = np.random.default_rng(0)
    Ts = np.repeat(np.eye(4)[None], 70, axis=0)
    Ts[:, :3, 3] = [-0.15, 0, 0.65]
    Ts[:, 0, 3] += np.linspace(0, 0.22, 70)
    points = rng.normal(0, 0.03, (21, 3))
    seen = points[None] + Ts[:, None, :3, 3]
    px = seen[..., :2] / seen[..., 2:] * 580 + [479.5, 359.5] + rng.normal(0, 2.0, (70, 21, 2))
    found = triangulate_carried(
        px, np.ones(70, dtype=bool), Ts, CAMERA, pixel_sigma=2.0, independent=1.0, object_sigma_m=np.zeros(70)
    )
    ratio = (found.depth_m - seen[..., 2]).mean(axis=0) / found.sigma_m
    assert 0.5 < np.sqrt(np.mean(ratio**2)) < 1.6


def test_a_still_object_tells_nothing_about_distance() -> None:
    Ts = np.repeat(se3.from_parts(np.eye(3), np.array([0.0, 0, 0.6]))[None], 40, axis=0)
    px = np.full((40, 21, 2), 400.0) + np.random.default_rng(0).normal(0, 2, (40, 21, 2))
    found = triangulate_carried(
        px, np.ones(40, dtype=bool), Ts, CAMERA, pixel_sigma=2.0, independent=0.2, object_sigma_m=np.zeros(40)
    )
    assert (found.sigma_m > 0.2).all()


def test_bones_keep_their_directions_when_given_lengths() -> None:
    rng = np.random.default_rng(1)
    joints = rng.normal(0, 0.05, (3, 21, 3))
    shaped = with_lengths(joints, BONE_SHARES * 0.18)
    assert np.allclose(np.linalg.norm(bone_vectors(shaped), axis=-1), BONE_SHARES * 0.18)
    cosine = (bone_vectors(shaped) * bone_vectors(joints)).sum(-1)
    assert (cosine > 0).all()
    assert PARENT[TIPS[0]] == 3


def test_the_hinge_is_zero_outside_and_linear_inside() -> None:
    gap = np.array([[0.05, 0.0, -0.02] + [1.0] * 18])
    gradient = np.zeros((1, 21, 3))
    gradient[..., 2] = 1
    terms = _keep_out(gap, gradient, np.full((1, 21), 0.005), PARAMETERS.anchors)
    assert set(terms.joint.tolist()) == {1, 2}
    assert terms.value[1] == pytest.approx(-0.02, abs=1e-4)


def test_depth_readings_take_the_middle_of_a_patch_and_skip_holes() -> None:
    depth = np.full((50, 60), np.nan)
    depth[20:30, 20:30] = 0.7
    px = np.full((2, 21, 2), 25.0)
    px[1, 3] = [5, 5]
    px[0] = np.nan
    found = depth_at_joints(px, lambda k: depth, 2)
    assert np.isnan(found[0]).all()
    assert np.isnan(found[1, 3])
    assert found[1, 0] == pytest.approx(0.7)
