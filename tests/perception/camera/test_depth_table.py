"""The table frame from depth alone, of rendered tables."""

import numpy as np
import pytest

from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import rays_table
from skillc.runtime.perception.camera.depth_table import calibrate_from_depth
from skillc.runtime.perception.camera.table_plane import PlaneParameters
from skillc.runtime.perception.recording.faults import InputFault
from tests.perception.camera.test_calibration import CAMERA, looking

PARAMETERS = PlaneParameters(reach_m=0.6, inlier_m=0.008, tilt=0.14, scale=0.1, least_points=500)


def depth_of(T: np.ndarray) -> np.ndarray:
    """Return (H, W) m of a table with a box of 10 cm on it, with 2 mm of noise."""
    v, u = np.indices((CAMERA.height, CAMERA.width))
    eye, way = rays_table(CAMERA, T, np.column_stack([u.ravel(), v.ravel()]).astype(float))
    ground, top = -eye[2] / way[:, 2], (0.1 - eye[2]) / way[:, 2]
    at = eye + top[:, None] * way
    on_box = np.all(np.abs(at[:, :2] - [0.15, 0.1]) < 0.05, axis=1)
    found = np.where(on_box, top, ground) + np.random.default_rng(0).normal(scale=0.002, size=len(top))
    return np.where(found > 0, found, np.nan).reshape(v.shape)


@pytest.mark.parametrize(("azimuth", "elevation"), [(0.0, 0.7), (0.4, 1.2), (0.0, 1.56)])
def test_the_plane_of_the_depth_is_the_table(azimuth: float, elevation: float) -> None:
    T = looking(azimuth, elevation, 0.7)
    found = calibrate_from_depth(CAMERA, depth_of(T), PARAMETERS, np.random.default_rng(0))
    T_found_true = se3.inverse(found.T_camera_table) @ T
    assert T_found_true[2, 2] == pytest.approx(1.0, abs=1e-4) and abs(T_found_true[2, 3]) < 0.002
    forward = se3.inverse(found.T_camera_table)[:3, :3] @ [0.0, -1.0, 1.0]
    assert forward[1] > 0, "y points away from the camera"
    across = 0.002 * np.sin(elevation)
    assert found.source == "plane" and found.table_plane_rms_m == pytest.approx(across, rel=0.2)


def test_a_room_without_a_table_has_no_plane() -> None:
    depth = np.random.default_rng(0).uniform(0.5, 2.0, (CAMERA.height, CAMERA.width))
    with pytest.raises(InputFault) as refused:
        calibrate_from_depth(CAMERA, depth, PARAMETERS, np.random.default_rng(0))
    assert refused.value.code == "SK822"
