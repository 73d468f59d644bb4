"""Points that slide agree with a slide; points that are lifted do not. Made up from 3D, seen by a pinhole."""

import numpy as np
import pytest

from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.object.slide_fit import slide_residual

CAMERA = Camera(width=960, height=720, fx=910.0, fy=910.0, cx=480.0, cy=360.0)
FRAMES = 60
TIME = np.arange(FRAMES) / 30.0
SHARE = np.clip((TIME - 0.5) / 1.0, 0.0, 1.0)


def calibration() -> Calibration:
    """Return a camera 0.6 m above the table's edge that looks 40 deg down."""
    eye, pitch = np.array([0.0, -0.5, 0.6]), np.deg2rad(40)
    forward = np.array([0.0, np.cos(pitch), -np.sin(pitch)])
    right = np.array([1.0, 0.0, 0.0])
    T_table_camera = se3.from_parts(np.stack([right, np.cross(forward, right), forward], axis=1), eye)
    return Calibration(
        camera=CAMERA,
        T_camera_table=se3.inverse(T_table_camera),
        position_sigma_m=0.001,
        rotation_sigma_rad=0.002,
        scale_sigma=0.01,
        reprojection_rms_px=0.2,
        table_plane_rms_m=None,
        source="tag",
        tags=(0,),
    )


def residual(*, slide: float, yaw: float, rise: float, noise_px: float = 0.3, hidden: float = 0.2) -> float:
    """Return the residual of 20 points on a box of 12 cm, moved and seen with noise, some of them hidden."""
    generator = np.random.default_rng(1)
    solid = generator.uniform([-0.06, -0.06, 0.0], [0.06, 0.06, 0.12], (20, 3))
    seen = calibration()
    xy = np.empty((FRAMES, len(solid), 2))
    for k, share in enumerate(SHARE):
        c, s = np.cos(yaw * share), np.sin(yaw * share)
        R = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        place = np.array([-0.1 + slide * share, 0.15, rise * np.sin(np.pi * share)])
        xy[k] = project(seen.camera, seen.T_camera_table, solid @ R.T + place)
    xy += generator.normal(0.0, noise_px, xy.shape)
    visible = generator.random(xy.shape[:2]) > hidden
    visible[0] = True
    return slide_residual(np.where(visible[..., None], xy, np.nan), visible, seen, 0, TIME)


@pytest.mark.parametrize(("slide", "yaw"), [(0.0, 0.0), (0.3, 0.0), (-0.1, 0.8), (0.2, 2.5)])
def test_what_slides_and_turns_agrees_within_the_noise(slide: float, yaw: float) -> None:
    assert residual(slide=slide, yaw=yaw, rise=0.0) < 1.0


@pytest.mark.parametrize("slide", [0.0, 0.2])
@pytest.mark.parametrize("rise", [0.06, 0.15])
def test_what_is_lifted_does_not(slide: float, rise: float) -> None:
    assert residual(slide=slide, yaw=0.0, rise=rise) > 2.5


def test_few_points_say_nothing() -> None:
    nowhere = np.zeros((FRAMES, 3, 2))
    assert np.isnan(slide_residual(nowhere, np.ones((FRAMES, 3), bool), calibration(), 0, TIME))
