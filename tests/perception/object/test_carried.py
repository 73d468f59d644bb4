import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.perception.object.carried import carry
from skillc.runtime.perception.object.pose_hypotheses import carried_place

COUNT = 31
CAMERA = Camera(width=960, height=720, fx=4000.0, fy=4000.0, cx=480.0, cy=360.0, distortion=(), focal_sigma=0.0)
T_CAMERA_TABLE = se3.from_parts(Rotation.from_euler("x", 150, degrees=True).as_matrix(), np.array([0.0, 0.1, 4.0]))


def _calibration() -> Calibration:
    return Calibration(
        camera=CAMERA, T_camera_table=T_CAMERA_TABLE, position_sigma_m=0.0, rotation_sigma_rad=0.0, scale_sigma=0.0,
        reprojection_rms_px=0.0, table_plane_rms_m=None, source="given", tags=(),
    )  # fmt: skip


def _turning_hand() -> tuple[Landmarks, np.ndarray, np.ndarray]:
    """A rigid hand, an object between its fingertips, turns by 90 deg in a second; far away (weak perspective)."""
    rng = np.random.default_rng(3)
    shape = rng.uniform(-0.05, 0.05, size=(21, 3))
    shape[[4, 8, 12, 16, 20], 2] -= 0.06
    angle = np.radians(np.linspace(0.0, 90.0, COUNT))
    turn = Rotation.from_rotvec(angle[:, None] * np.array([1.0, 0.0, 0.0])).as_matrix()
    hand = np.array([0.05, 0.1, 0.15]) + np.einsum("tij,kj->tki", turn, shape)
    held = np.array([0.05, 0.1, 0.15]) + turn @ (0.5 * (shape[4] + shape[[8, 12, 16, 20]].mean(axis=0)))
    in_camera = se3.apply(T_CAMERA_TABLE, hand.reshape(-1, 3)).reshape(COUNT, 21, 3)
    px = in_camera[..., :2] / in_camera[..., 2:] * 4000.0 + np.array([480.0, 360.0])
    empty = np.full((COUNT, 21, 2), np.nan)
    landmarks = Landmarks(
        frame=np.arange(COUNT), joints_px=px, joints_relative_m=in_camera - in_camera[:, :1], score=np.ones(COUNT),
        handedness="right", other_px=empty, estimator="made up",
    )  # fmt: skip
    return landmarks, turn, held


def test_the_turn_of_a_rigid_hand_and_what_it_holds_are_recovered() -> None:
    landmarks, turn, held = _turning_hand()
    calibration = _calibration()
    start = se3.from_parts(np.eye(3), held[0])
    found = carry(landmarks, calibration, start, 0, np.arange(COUNT) / 30.0, 0.02)
    error = Rotation.from_matrix(found.turn @ turn.transpose(0, 2, 1)).magnitude()
    assert np.degrees(error).max() < 2.0
    assert np.linalg.norm(found.position - held, axis=1).max() < 0.02
    across = np.diff(held, axis=0) - found.step[1:]
    across -= (across * found.sight[1:]).sum(axis=1, keepdims=True) * found.sight[1:]
    assert np.linalg.norm(across, axis=1).max() < 2e-3
    assert (found.step_sigma[5:-3] > 1e-3).all() and (found.step_sigma[5:-3] < 6e-3).all()


def test_without_a_hand_at_the_start_nothing_is_carried() -> None:
    landmarks, _, held = _turning_hand()
    landmarks.joints_px[0] = np.nan
    calibration = _calibration()
    found = carry(landmarks, calibration, se3.from_parts(np.eye(3), held[0]), 0, np.arange(COUNT) / 30.0, 0.06)
    assert np.isnan(found.position).all() and np.isnan(found.turn).all()


def test_a_hands_size_tells_its_distance_worse_than_its_place_in_the_picture() -> None:
    landmarks, _, held = _turning_hand()
    near, far = (
        carry(landmarks, _calibration(), se3.from_parts(np.eye(3), at), 0, np.arange(COUNT) / 30.0, 0.06)
        for at in (held[0], held[0] + 2.0 * se3.inverse(T_CAMERA_TABLE)[:3, 2])
    )
    assert (near.distance_sigma > 0.1 * 3.5).all() and (far.distance_sigma > 1.3 * near.distance_sigma).all()
    precision = carried_place(near, 5, 0.02)
    sight = near.sight[5]
    across = np.cross(sight, [1.0, 0.0, 0.0])
    across /= np.linalg.norm(across)
    assert np.isclose(across @ precision @ across, 1 / 0.04**2)
    assert sight @ precision @ sight < 0.02 / 0.04**2
