"""The table plane from depth, and what happens when depth and tag disagree."""

import numpy as np
import pytest

from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import rays
from skillc.runtime.perception.camera.table_plane import PlaneParameters, fit_plane, refine_with_depth
from skillc.runtime.perception.recording.faults import InputFault

CAMERA = Camera(width=160, height=120, fx=120.0, fy=120.0, cx=79.5, cy=59.5, focal_sigma=1.0)
PARAMETERS = PlaneParameters(reach_m=0.6, inlier_m=0.008, tilt=0.14, scale=0.1, least_points=200)
R = np.array([[1.0, 0, 0], [0, -0.6, -0.8], [0, 0.8, -0.6]])
TRUTH = se3.from_parts(R, np.array([0.02, 0.1, 0.6]))


def depth_of_table(unit: float = 1.0) -> np.ndarray:
    """Depth of the table with noise and a box on it."""
    y, x = np.mgrid[0:120, 0:160]
    directions = rays(CAMERA, np.column_stack([x.ravel(), y.ravel()]).astype(float))
    normal = R[:, 2]
    distance = (normal @ TRUTH[:3, 3]) / (directions @ normal)
    depth = np.where(distance > 0, distance, np.nan).reshape(120, 160)
    depth += np.random.default_rng(0).normal(0, 0.002, depth.shape)
    depth[40:70, 60:90] -= 0.06
    depth[:, :12] = np.nan
    return depth * unit


def calibration(T: np.ndarray) -> Calibration:
    return Calibration(
        camera=CAMERA, T_camera_table=T, position_sigma_m=0.01, rotation_sigma_rad=0.01, scale_sigma=0.02,
        reprojection_rms_px=0.2, table_plane_rms_m=None, source="tag", tags=(0,),
    )  # fmt: skip


def test_a_plane_is_found_among_outliers() -> None:
    rng = np.random.default_rng(3)
    points = np.column_stack([rng.uniform(-1, 1, (400, 2)), 2 + rng.normal(0, 0.001, 400)])
    noise = rng.uniform(-1, 1, (200, 3)) + np.array([0, 0, 2])
    plane = fit_plane(np.concatenate([points, noise]), 0.005, rng)
    assert np.degrees(np.arccos(-plane.normal[2])) < 0.2
    assert plane.offset_m == pytest.approx(-2, abs=0.003)


def test_depth_corrects_the_tilt_and_the_distance_of_a_small_tag() -> None:
    wrong = TRUTH.copy()
    wrong[:3, :3] = se3.exp(np.array([0, 0, 0, 0.03, -0.02, 0]))[:3, :3] @ wrong[:3, :3]
    wrong[:3, 3] *= 1.02
    found = refine_with_depth(calibration(wrong), depth_of_table(), PARAMETERS, np.random.default_rng(0))
    assert np.degrees(np.arccos(found.T_camera_table[:3, 2] @ TRUTH[:3, 2])) < 0.3
    assert np.linalg.norm(found.T_camera_table[:3, 3] - TRUTH[:3, 3]) < 0.004
    assert found.table_plane_rms_m is not None
    assert found.table_plane_rms_m < 0.004
    assert np.allclose(found.T_camera_table[:3, :3].T @ found.T_camera_table[:3, :3], np.eye(3), atol=1e-9)


@pytest.mark.parametrize(
    ("T", "unit", "code"),
    [
        (TRUTH, 8.0, "SK814"),
        (TRUTH, 1000.0, "SK814"),
        (se3.from_parts(TRUTH[:3, :3], 1.4 * TRUTH[:3, 3]), 1.0, "SK822"),
        (se3.from_parts(se3.exp(np.array([0, 0, 0, 0.4, 0, 0]))[:3, :3] @ R, TRUTH[:3, 3]), 1.0, "SK825"),
    ],
)
def test_contradictions_between_tag_and_depth_are_told_apart(T: np.ndarray, unit: float, code: str) -> None:
    with pytest.raises(InputFault) as caught:
        refine_with_depth(calibration(T), depth_of_table(unit), PARAMETERS, np.random.default_rng(0))
    assert caught.value.code == code
    assert caught.value.hint


def test_a_table_without_depth_is_said() -> None:
    with pytest.raises(InputFault, match="depth points"):
        refine_with_depth(calibration(TRUTH), np.full((120, 160), np.nan), PARAMETERS, np.random.default_rng(0))
