"""Keyframes stand among their neighbours, cut out where the object is."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.arrays import Image
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.view.pictures.canvas import COLOURS
from skillc.runtime.view.pictures.moments import BESIDE, CELL_PX, sheet
from skillc.runtime.view.render import View


@pytest.fixture
def made(small_build: Path, tmp_path: Path) -> Artifacts:
    build = tmp_path / "build"
    shutil.copytree(small_build, build)
    view = View.looking_at(np.array([0.0, 0.2, 0.0]), np.array([0.0, -0.6, 0.6]), width=960, height=720)
    seen = Calibration.load(build / Calibration.FILE)
    replace(seen, T_camera_table=view.T_camera_table).save(build / Calibration.FILE)
    return Artifacts(folders=(build,))


def frame(index: int) -> Image:
    return np.full((720, 960, 3), 4 * index, np.uint8)


def cell(picture: Image, row: int, column: int) -> Image:
    return picture[row * CELL_PX : (row + 1) * CELL_PX, column * CELL_PX : (column + 1) * CELL_PX]


def test_each_keyframe_has_a_row_of_the_frames_around_it(made: Artifacts) -> None:
    drawn = sheet(made, frame, 60)
    assert drawn.shape == (5 * CELL_PX, len(BESIDE) * CELL_PX, 3)
    for row, keyframe in enumerate((20, 22, 40, 41, 45)):
        for column, beside in enumerate(BESIDE):
            assert cell(drawn, row, column)[150, 190].tolist() == [4 * (keyframe + beside)] * 3


def test_the_keyframe_itself_is_framed_and_the_object_outlined(made: Artifacts) -> None:
    drawn, green = sheet(made, frame, 60), COLOURS["manipulated"]
    framed = [(cell(drawn, 0, k)[1] == green).all(axis=-1).mean() > 0.9 for k in range(len(BESIDE))]
    assert framed == [beside == 0 for beside in BESIDE]
    outlined = np.argwhere(np.ptp(cell(drawn, 0, 0).astype(int), axis=-1) > 60)
    assert np.allclose(outlined.mean(axis=0), CELL_PX / 2, atol=12) and len(outlined) > 50


def test_frames_beyond_the_recording_are_blank(made: Artifacts) -> None:
    path = made.folders[0] / Keyframes.FILE
    replace(Keyframes.load(path), contact=1).save(path)
    drawn = sheet(made, frame, 60)
    assert (cell(drawn, 0, 0)[150] == 230).all() and not (cell(drawn, 0, 3)[150] == 230).all()
