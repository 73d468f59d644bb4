"""The table frame from a tag: rendered tags with known poses, and the ground truth of a real recording."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from skillc.runtime.formats.recording import Camera, Recording, Source
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import on_plane, project
from skillc.runtime.perception.camera.calibration import TagParameters, TagTarget, calibrate_from_tag
from skillc.runtime.perception.camera.fiducial import detect_tags
from skillc.runtime.perception.camera.tag_families import print_width_to_size
from skillc.runtime.perception.camera.tag_pose import facing_away, solve_tag, tag_corners
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import FrameReader, open_frames

pytestmark = pytest.mark.slow

CAMERA = Camera(width=640, height=480, fx=500.0, fy=500.0, cx=319.5, cy=239.5, focal_sigma=5.0)
SIZE = 0.06
PARAMETERS = TagParameters(frames=4, corner_sigma_px=0.3, size_sigma=0.01, moved_px=1.0)
DICTIONARIES = {"aruco_4x4_50": cv2.aruco.DICT_4X4_50, "tag36h11": cv2.aruco.DICT_APRILTAG_36h11}


def looking(azimuth: float, elevation: float, distance: float) -> np.ndarray:
    """T_camera_table of a camera looking at a point near the origin."""
    eye = distance * np.array(
        [np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)]
    )
    z = (np.array([0.05, 0.05, 0]) - eye) / np.linalg.norm(np.array([0.05, 0.05, 0]) - eye)
    x = np.cross(z, [0, 0, 1.0])
    x /= np.linalg.norm(x)
    return se3.inverse(se3.from_parts(np.stack([x, np.cross(z, x), z], axis=1), eye))


def rendered(
    T: np.ndarray, family: str = "aruco_4x4_50", number: int = 3, turn: int = 0, size_m: float = SIZE
) -> np.ndarray:
    """A tag of side `size_m` flat on a white table, supersampled four times."""
    cells = 240
    marker = cv2.aruco.generateImageMarker(cv2.aruco.getPredefinedDictionary(DICTIONARIES[family]), number, cells)
    sheet = np.full((2 * cells, 2 * cells), 230, np.uint8)
    sheet[cells // 2 : 3 * cells // 2, cells // 2 : 3 * cells // 2] = np.rot90(marker, turn)
    corners = tag_corners(2 * size_m)
    scale = 4
    pixels = (project(CAMERA, T, corners) + 0.5) * scale - 0.5
    source = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32) * 2 * cells - 0.5
    H = cv2.getPerspectiveTransform(source.astype(np.float32), pixels.astype(np.float32))
    size = (CAMERA.width * scale, CAMERA.height * scale)
    large = cv2.warpPerspective(sheet, H, size, borderValue=230, flags=cv2.INTER_AREA)
    small = cv2.resize(large, (CAMERA.width, CAMERA.height), interpolation=cv2.INTER_AREA)
    return np.repeat(small[:, :, None], 3, axis=2)


class Pictures:
    """A frame source of given pictures."""

    def __init__(self, pictures: list[np.ndarray]) -> None:
        self.pictures = pictures

    def __len__(self) -> int:
        return len(self.pictures)

    def color(self, index: int) -> np.ndarray:
        return self.pictures[index].copy()

    def depth(self, index: int) -> None:
        return None

    def close(self) -> None:
        return None


def reader(pictures: list[np.ndarray]) -> FrameReader:
    recording = Recording(
        kind="video", source=Source(path="x", sha256=""), camera=CAMERA, region=(0, 0, 640, 480), rotation_deg=0,
        time_s=tuple(k / 30 for k in range(len(pictures))), fps=30.0, has_depth=False, depth_unit_m=0.0,
        start_frame=0,
        reference_frame=0, reference_image=None, notes=(),
    )  # fmt: skip
    return FrameReader(recording, Pictures(pictures), Path)


@pytest.mark.parametrize("family", list(DICTIONARIES))
@pytest.mark.parametrize(("azimuth", "elevation"), [(0.0, 0.7), (0.3, 0.5), (-0.5, 1.0)])
def test_a_rendered_tag_gives_the_camera_back(family: str, azimuth: float, elevation: float) -> None:
    T = looking(azimuth, elevation, 0.5)
    found, remarks = calibrate_from_tag(
        reader([rendered(T, family)] * 3), TagTarget(family=family, id=3, size_m=SIZE), PARAMETERS
    )
    assert remarks == ()
    ground = np.array([[x, y, 0.0] for x in (-0.1, 0.1, 0.2) for y in (-0.1, 0.1, 0.2)])
    met = on_plane(CAMERA, found.T_camera_table, project(CAMERA, T, ground))
    assert np.linalg.norm(met - ground, axis=1).max() < 0.005
    assert se3.rotation_angle(T, found.T_camera_table) < 3 * found.rotation_sigma_rad


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_table_frame_does_not_depend_on_how_the_tag_is_turned(turn: int) -> None:
    T = looking(0.2, 0.7, 0.5)
    target = TagTarget(family="aruco_4x4_50", id=3, size_m=SIZE)
    found, _ = calibrate_from_tag(reader([rendered(T, turn=turn)] * 2), target, PARAMETERS)
    assert se3.rotation_angle(T, found.T_camera_table) < 0.02


def test_y_points_away_from_the_camera_and_z_up() -> None:
    for azimuth in (-0.6, 0.0, 0.6):
        T = looking(azimuth, 0.6, 0.5) @ se3.exp(np.array([0, 0, 0, 0, 0, np.pi / 2]))
        y = (T @ facing_away(T))[:3, 1]
        assert y[2] > 0.5
        assert (T @ facing_away(T))[2, 2] < 0


def test_sigmas_cover_the_error_of_noisy_corners() -> None:
    T = looking(0.1, 0.6, 0.6)
    rng = np.random.default_rng(1)
    exact = project(CAMERA, T, tag_corners(SIZE))
    angles, sigmas = [], []
    for _ in range(60):
        pose = solve_tag(exact + rng.normal(0, 0.3, (4, 2)), SIZE, CAMERA, 0.3)
        angles.append(se3.rotation_angle(T, pose.T_camera_table))
        sigmas.append(np.sqrt(np.trace(pose.covariance[3:, 3:])))
    # Root mean square of the true error against the stated one.
    assert 0.6 < np.sqrt(np.mean(np.square(angles))) / np.median(sigmas) < 1.6


def test_a_tag_too_small_to_tell_its_tilt_is_said() -> None:
    T = looking(0.0, 1.35, 1.1)
    found, remarks = calibrate_from_tag(
        reader([rendered(T)] * 2), TagTarget(family="aruco_4x4_50", id=3, size_m=SIZE), PARAMETERS
    )
    assert any("second pose" in remark for remark in remarks)
    assert found.rotation_sigma_rad > 0.05


def test_faults_of_the_tag_have_their_codes() -> None:
    T = looking(0.2, 0.7, 0.5)
    blank = np.full((480, 640, 3), 200, np.uint8)
    target = TagTarget(family="aruco_4x4_50", id=3, size_m=SIZE)
    for pictures, wanted, code in (
        ([blank] * 2, target, "SK820"),
        ([rendered(T, number=5)] * 2, target, "SK821"),
        ([rendered(T)] * 2, replace(target, family="aruco_5x5_50"), "SK821"),
        ([rendered(T)] * 2, replace(target, family="nonsense"), "SK821"),
        ([rendered(looking(0.2 + 0.02 * k, 0.7, 0.5)) for k in range(4)], target, "SK823"),
    ):
        with pytest.raises(InputFault) as caught:
            calibrate_from_tag(reader(pictures), wanted, PARAMETERS)
        assert caught.value.code == code
        assert caught.value.hint


def test_the_printed_width_of_a_standard_tag_is_nine_fifths_of_its_size() -> None:
    assert print_width_to_size("tagStandard41h12", 0.096) == pytest.approx(0.0533, abs=1e-4)


def test_detectors_of_two_families_live_side_by_side() -> None:
    picture = rendered(looking(0.2, 0.7, 0.5), "tag36h11")
    for _ in range(3):
        assert [d.id for d in detect_tags(picture, "tag36h11")] == [3]
        assert detect_tags(picture, "tag25h9") == []


@pytest.mark.parametrize("name", ["apple", "spice", "box", "tray"])
def test_real_recordings_agree_with_the_ground_truth(recordings: Path, name: str) -> None:
    root = recordings / "tabletop_rgb"
    truth = json.loads((root / "ground_truth" / "camera.json").read_text())
    T = next(np.array(g["T_camera_table"]) for g in truth["groups"].values() if name in g["videos"])
    camera = Camera(width=960, height=720, fx=582.0, fy=582.0, cx=479.5, cy=359.5, focal_sigma=8.0)
    recording = Recording(
        kind="video", source=Source(path=f"{name}.mp4", sha256=""), camera=camera, region=(0, 0, 960, 720),
        rotation_deg=0, time_s=tuple(k / 30 for k in range(150)), fps=30.0, has_depth=False, depth_unit_m=0.0,
        start_frame=0,
        reference_frame=0, reference_image=None, notes=(),
    )  # fmt: skip
    target = TagTarget(family="tagStandard41h12", id=0, size_m=0.0533)
    with open_frames(recording, root) as frames:
        found, _ = calibrate_from_tag(frames, target, replace(PARAMETERS, frames=2))
    ground = np.array([[x, y, 0.0] for x in np.linspace(0, 0.5, 6) for y in np.linspace(0, 0.4, 5)])
    true_camera = replace(camera, cx=480.0, cy=360.0)
    met = on_plane(camera, found.T_camera_table, project(true_camera, T, ground))
    assert np.linalg.norm(met - ground, axis=1).max() < 0.012
    assert np.median(np.linalg.norm(met - ground, axis=1)) < 0.004
