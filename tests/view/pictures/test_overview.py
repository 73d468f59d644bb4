"""The overview shows the same moments of the video and of the robot."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.recording import Recording, Source
from skillc.runtime.formats.reference import Reference
from skillc.runtime.view.pictures.canvas import COLOURS
from skillc.runtime.view.pictures.overview import INK, PAPER, moments, sheet, traced
from skillc.runtime.view.render import View


@pytest.fixture
def made(small_build: Path, tmp_path: Path) -> Artifacts:
    build = tmp_path / "build"
    shutil.copytree(small_build, build)
    view = View.looking_at(np.array([0.0, 0.2, 0.0]), np.array([0.0, -0.6, 0.6]), width=960, height=720)
    seen = Calibration.load(build / Calibration.FILE)
    replace(seen, T_camera_table=view.T_camera_table).save(build / Calibration.FILE)
    joints = np.full((60, 21, 2), np.nan)
    joints[20] = np.stack([np.linspace(100, 300, 21), np.full(21, 600.0)], axis=1)
    Landmarks(
        frame=np.arange(60), joints_px=joints, joints_relative_m=np.zeros((60, 21, 3)), score=np.ones(60),
        other_px=np.full((60, 21, 2), np.nan), handedness="right", estimator="mine",
    ).save(build / Landmarks.FILE)  # fmt: skip
    Recording(
        kind="video", source=Source(path="box.mp4", sha256="0" * 64), camera=seen.camera, region=(0, 0, 960, 720),
        rotation_deg=0, time_s=tuple(float(k) / 60 for k in range(60)), fps=60.0, has_depth=False, depth_unit_m=0.0,
        start_frame=0,
        reference_frame=0, reference_image=None, notes=(),
    ).save(build / Recording.FILE)  # fmt: skip
    return Artifacts(folders=(build,))


def test_each_moment_pairs_a_frame_with_the_sample_that_replays_it(made: Artifacts) -> None:
    path = made.folders[0] / Reference.FILE
    reference = Reference.load(path)
    delayed = np.where(np.arange(60) < 15, np.nan, np.arange(60) - 5.0)
    replace(reference, demonstrated_frame=delayed).save(path)
    assert [(m.name, m.frame, m.sample) for m in moments(made)] == [
        ("before", 0, 0), ("contact", 20, 25), ("half way", 30, 35), ("interaction", 40, 45), ("after", 59, 59),
    ]  # fmt: skip


def test_a_traced_frame_shows_outlines_and_the_hand_and_nothing_else(made: Artifacts) -> None:
    image = traced(made, 20)
    colours = {tuple(int(v) for v in colour) for colour in image.reshape(-1, 3)}
    assert {(PAPER,) * 3, INK, COLOURS["manipulated"], COLOURS["target"]} <= colours
    assert tuple(image[600, 200]) == INK
    assert INK not in {tuple(int(v) for v in colour) for colour in traced(made, 21).reshape(-1, 3)}, "no hand seen"


def test_the_sheet_has_a_column_per_moment_and_the_robot_below(made: Artifacts) -> None:
    drawn = sheet(made, lambda frame: np.full((720, 960, 3), frame, np.uint8))
    assert drawn.shape == (2 * 360, 5 * 480, 3)
    assert [int(drawn[300, 480 * k + 240, 0]) for k in range(5)] == [0, 20, 30, 40, 59]
    assert drawn[360:].std() > 5, "not blank"
