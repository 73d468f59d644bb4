"""Stage `calibration` upon a film of a tag: what it says of how well the camera's place is known."""

from pathlib import Path

import cv2

from skillc.compiler.stages.demonstration import calibration
from skillc.runtime.formats.calibration import Calibration
from tests.check.code_examples import spec_of
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
