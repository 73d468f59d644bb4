"""Stage `calibration` upon a film of a tag: what it says of how well the camera's place is known."""

from pathlib import Path

import cv2
import numpy as np
from pytest import approx

from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.stages.demonstration import calibration, recording
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Recording
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project
from tests.check.code_examples import completed, spec_of
from tests.perception.camera.test_calibration import CAMERA, looking, rendered
from tests.run_stage import Told
from tests.stages.film import describe, run_stage

T_CAMERA_TABLE = looking(0.0, 1.35, 0.5)
"""Half a metre above the tag: 1 mm of it is 1 px wide."""


def calibrated(which: str, root: Path) -> tuple[Told, Calibration]:
    """Return what is told of a film of the tag that a page's example names, and the calibration."""
    spec, folder = spec_of("SK824", which), root / "film" / "color"
    tag = spec.section("cameras.main.calibration")
    picture = rendered(T_CAMERA_TABLE, str(tag["tag"]), int(tag["id"]), size_m=float(tag["size"]))
    folder.mkdir(parents=True)
    for frame in range(2):
        cv2.imwrite(str(folder / f"{frame:03}.png"), picture)
    describe(root, 2, camera=CAMERA, has_depth=False)
    told = run_stage(calibration.STAGE, spec, root, root / "out")
    return told, Calibration.load(root / "out" / "calibration.json")


def test_a_tag_too_small_to_tell_its_tilt_is_said(tmp_path: Path) -> None:
    told, large = calibrated("right", tmp_path / "right")
    assert told == []
    ((code, text, path),), small = calibrated("wrong", tmp_path / "wrong")
    assert (code, path) == ("SK824", "cameras.main.calibration")
    assert "a second pose, 21 deg off, fits as well" in text and "print the tag larger" in text
    assert small.rotation_sigma_rad > 5 * large.rotation_sigma_rad


POINTS = """
demonstrations: {recording: film}
cameras:
  main:
    calibration:
      points: [{points}]
"""


def test_points_place_a_camera_of_which_nothing_is_known(tmp_path: Path) -> None:
    T, places = looking(0.3, 0.7, 0.8), [(-0.2, -0.1), (0.2, -0.1), (0.2, 0.2), (-0.2, 0.2), (0.0, 0.1)]
    pixels = project(CAMERA, T, np.array([[x, y, 0.0] for x, y in places]))
    points = ", ".join(
        f"{{at: {{x: {u:.2f}, y: {v:.2f}}}, table: {{x: {100 * x:g} cm, y: {100 * y:g} cm}}}}"
        for (u, v), (x, y) in zip(pixels, places, strict=True)
    )
    spec, _ = require_spec(completed(POINTS.replace("{points}", points)).encode(), "spec.yaml")
    folder = tmp_path / "film" / "color"
    folder.mkdir(parents=True)
    for frame in range(30):
        picture = np.full((CAMERA.height, CAMERA.width, 3), 180, np.uint8)
        picture[200:260, 100 + 9 * frame : 160 + 9 * frame] = 30
        cv2.imwrite(str(folder / f"{frame:03}.png"), picture)
    describe(tmp_path, 30, camera=CAMERA, has_depth=False)
    (tmp_path / "recording.json").unlink()
    told = run_stage(recording.STAGE, spec, tmp_path, tmp_path / "out")
    assert Recording.load(tmp_path / "out" / "recording.json").camera.focal_sigma > 50
    told += run_stage(calibration.STAGE, spec, tmp_path, tmp_path / "out")
    found = Calibration.load(tmp_path / "out" / "calibration.json")
    assert {code for code, _, _ in told} <= {"SK811", "SK824"}
    assert found.camera.fx == approx(CAMERA.fx, rel=0.01)
    assert np.linalg.norm(se3.inverse(found.T_camera_table)[:3, 3] - se3.inverse(T)[:3, 3]) < 0.01


def test_a_tag_that_contradicts_the_given_points_is_told(tmp_path: Path) -> None:
    """SK864: the points are of another place than the one the tag in the picture was filmed from."""
    places = [(-0.2, -0.1), (0.2, -0.1), (0.2, 0.2), (-0.2, 0.2), (0.0, 0.1)]
    folder = tmp_path / "film" / "color"
    folder.mkdir(parents=True)
    for frame in range(2):
        cv2.imwrite(str(folder / f"{frame:03}.png"), rendered(looking(0.0, 0.7, 0.5), "tag36h11", 3))
    describe(tmp_path, 2, camera=CAMERA, has_depth=False)

    def told(T: np.ndarray) -> list[str]:
        pixels = project(CAMERA, T, np.array([[x, y, 0.0] for x, y in places]))
        points = ", ".join(
            f"{{at: {{x: {u:.2f}, y: {v:.2f}}}, table: {{x: {100 * x:g} cm, y: {100 * y:g} cm}}}}"
            for (u, v), (x, y) in zip(pixels, places, strict=True)
        )
        spec, _ = require_spec(completed(POINTS.replace("{points}", points)).encode(), "spec.yaml")
        return [code for code, _, _ in run_stage(calibration.STAGE, spec, tmp_path, tmp_path / "out")]

    assert "SK864" not in told(looking(0.0, 0.7, 0.5))
    assert "SK864" in told(looking(0.5, 1.2, 0.5))
