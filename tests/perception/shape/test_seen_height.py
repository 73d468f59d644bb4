import numpy as np
import pytest

from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.perception.shape.seen_height import seen_height


def _above() -> Calibration:
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 1.0]
    return Calibration(
        camera=Camera(width=320, height=240, fx=300.0, fy=300.0, cx=160.0, cy=120.0), T_camera_table=T,
        position_sigma_m=0.0, rotation_sigma_rad=0.0, scale_sigma=0.0, reprojection_rms_px=0.0,
        table_plane_rms_m=0.0, source="given", tags=(0,),
    )  # fmt: skip


def test_a_flat_top_seen_from_above_is_as_high_as_depth_says() -> None:
    mask = np.zeros((240, 320), bool)
    mask[80:160, 100:200] = True
    depth = np.where(mask, 0.9, 1.0)
    depth[120, 150] = 0.5  # a lone wrong reading
    depth[100:110, 100:200] = np.nan
    found = seen_height(mask, depth, _above())
    assert found is not None and found == pytest.approx(0.1, abs=1e-6)


def test_without_readings_there_is_no_height() -> None:
    mask = np.zeros((240, 320), bool)
    mask[80:160, 100:200] = True
    assert seen_height(mask, np.full((240, 320), np.nan), _above()) is None
    assert seen_height(mask, np.ones((240, 320)), _above()) is None
