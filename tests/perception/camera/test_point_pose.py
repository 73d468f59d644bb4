"""The camera from points of the table: known cameras, unknown focal lengths, and slips of the pen."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import on_plane, project
from skillc.runtime.perception.camera.point_pose import Landmarked, PointLimits, calibrate_from_points
from skillc.runtime.perception.recording.faults import InputFault
from tests.perception.camera.test_calibration import looking

pytestmark = pytest.mark.slow

CAMERA = Camera(width=1280, height=720, fx=950.0, fy=950.0, cx=639.5, cy=359.5, focal_sigma=10.0)
GUESSED = replace(CAMERA, fx=960.0, fy=960.0, focal_sigma=240.0)
"""What is known of a camera of which nothing is known."""
LIMITS = PointLimits(misfit=5.0, spread=0.05)
PLACES = np.array([[-0.3, -0.2, 0], [0.3, -0.2, 0], [0.35, 0.25, 0], [-0.3, 0.3, 0], [0.0, 0.05, 0], [0.15, 0.3, 0.0]])


def seen(T: np.ndarray, places: np.ndarray = PLACES, noise: float = 0.0, seed: int = 0) -> Landmarked:
    pixels = project(CAMERA, T, places)
    pixels = pixels + np.random.default_rng(seed).normal(scale=noise, size=pixels.shape) if noise else pixels
    return Landmarked(pixels=pixels, table_m=places, pixel_sigma=1.5, table_sigma_m=0.002, size_sigma=0.01)


@pytest.mark.parametrize("known", [CAMERA, GUESSED])
@pytest.mark.parametrize(("azimuth", "elevation"), [(0.0, 0.7), (0.4, 0.4), (-0.6, 1.0)])
def test_points_give_the_camera_and_its_focal_length_back(known: Camera, azimuth: float, elevation: float) -> None:
    T = looking(azimuth, elevation, 1.1)
    found, remarks = calibrate_from_points(seen(T), known, LIMITS, source="points")
    assert remarks == ()
    assert np.linalg.norm(se3.inverse(found.T_camera_table)[:3, 3] - se3.inverse(T)[:3, 3]) < 0.005
    assert found.camera.fx == pytest.approx(950.0, rel=0.01) and found.source == "points"


def test_errors_of_the_camera_lie_within_its_sigmas() -> None:
    T = looking(0.2, 0.6, 1.1)
    off = []
    for seed in range(60):
        found, _ = calibrate_from_points(seen(T, noise=1.5, seed=seed), GUESSED, LIMITS, source="points")
        off.append(abs(found.camera.fx - 950.0) / found.camera.focal_sigma)
    # 68 % of a normal distribution lie within one sigma; the places' own 2 mm are not disturbed here.
    assert 0.6 < np.mean(np.array(off) < 1.0) <= 1.0 and np.max(off) < 3.5


def test_a_view_from_straight_above_says_that_it_cannot_tell_the_focal_length() -> None:
    found, remarks = calibrate_from_points(seen(looking(0.0, 1.55, 1.1)), GUESSED, LIMITS, source="points")
    assert "focal length only to" in remarks[0]
    assert found.camera.focal_sigma > 0.1 * found.camera.fx and found.scale_sigma > 0.05


def test_a_point_beside_the_others_is_named() -> None:
    wrong = seen(looking(0.0, 0.7, 1.1))
    wrong.table_m[2] += [-0.2, 0.0, 0.0]
    with pytest.raises(InputFault, match=r"point 3 does not fit the others"):
        calibrate_from_points(wrong, CAMERA, LIMITS, source="points")


def test_points_that_determine_no_camera_are_refused() -> None:
    T = looking(0.0, 0.7, 1.1)
    line = np.array([[x, 0.1, 0.0] for x in (-0.3, -0.1, 0.1, 0.3)])
    exchanged = replace(seen(T), table_m=PLACES[:, [1, 0, 2]])
    same = seen(T, PLACES[[0, 0, 1, 2, 3]])
    for points, words in (
        (seen(T, line), "in a line"),
        (exchanged, "from below"),
        (same, "points 1 and 2 are the same"),
    ):
        with pytest.raises(InputFault, match=words) as refused:
            calibrate_from_points(points, CAMERA, LIMITS, source="points")
        assert refused.value.code == "SK862"


def test_places_between_the_points_are_measured_within_the_scale_sigma() -> None:
    T = looking(0.3, 0.5, 1.2)
    place = np.array([[0.1, 0.15, 0.0]])
    found, _ = calibrate_from_points(seen(T, noise=1.0, seed=3), GUESSED, LIMITS, source="points")
    met = on_plane(found.camera, found.T_camera_table, project(CAMERA, T, place))[0]
    assert np.linalg.norm(met - place[0]) < 3 * max(0.002, found.scale_sigma * 0.2)
