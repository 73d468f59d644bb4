"""The recording is found by its digest; without it the build's own picture stands in, and the reason is told."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from skillc.runtime.formats.recording import Camera, Recording, Source
from skillc.runtime.perception.recording.frames import digest
from skillc.runtime.view.footage import WIDTH_PX, Footage, folders_of


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build of a folder of five frames, each brighter than the one before."""
    frames = tmp_path / "data" / "film" / "color"
    frames.mkdir(parents=True)
    for k in range(5):
        cv2.imwrite(str(frames / f"{k:05d}.png"), np.full((720, 960, 3), 40 * k, np.uint8))
    out = tmp_path / "build" / "skill"
    (out / "scene").mkdir(parents=True)
    cv2.imwrite(str(out / "scene" / "reference.jpg"), np.full((720, 960, 3), 250, np.uint8))
    Recording(
        kind="rgbd_folder", source=Source(path="film", sha256=digest(tmp_path / "data" / "film")),
        camera=Camera(width=960, height=720, fx=582, fy=582, cx=480, cy=360), region=(0, 0, 960, 720), rotation_deg=0,
        time_s=tuple(k / 30 for k in range(5)), fps=30.0, has_depth=False, depth_unit_m=0.0, start_frame=0,
        reference_frame=0, reference_image=None, notes=(),
    ).save(out / "recording.json")  # fmt: skip
    return out


def test_every_frame_of_the_recording_is_shown_small(build: Path, tmp_path: Path) -> None:
    footage = Footage(build, folders_of(build, tmp_path / "data"))
    assert footage.missing == ""
    for index, bright in ((3, 120), (-1, 0), (99, 160)):
        frame = footage.frame(index)
        assert frame is not None and frame.shape == (WIDTH_PX * 3 // 4, WIDTH_PX, 3)
        assert abs(int(frame[0, 0, 0]) - bright) < 3
    footage.close()


def test_without_the_recording_the_build_s_own_picture_is_shown(build: Path) -> None:
    footage = Footage(build, folders_of(build, None))
    assert "film was not found: --data FOLDER" in footage.missing
    frame = footage.frame(3)
    assert frame is not None and frame[0, 0, 0] > 245


def test_another_recording_of_the_same_name_is_not_shown(build: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "data" / "film" / "color" / "00004.png"), np.zeros((720, 960, 3), np.uint8))
    footage = Footage(build, folders_of(build, tmp_path / "data"))
    assert "is not the recording that this was built from" in footage.missing
    assert footage.frame(2) is not None and footage.frame(2)[0, 0, 0] > 245  # type: ignore[index]


def test_a_recording_outside_of_the_folders_is_never_opened(build: Path, tmp_path: Path) -> None:
    for path in ("../data/film", str(tmp_path / "data" / "film")):
        recording = Recording.load(build / "recording.json")
        object.__setattr__(recording, "source", Source(path=path, sha256=recording.source.sha256))
        recording.save(build / "recording.json")
        assert Footage(build, (tmp_path / "build",)).missing


def test_a_broken_picture_is_as_good_as_none(build: Path) -> None:
    (build / "scene" / "reference.jpg").write_bytes(b"no picture")
    assert Footage(build, ()).frame(0) is None


def test_a_bundle_has_no_video(tmp_path: Path) -> None:
    footage = Footage(tmp_path / "skill.bundle", ())
    assert footage.frame(0) is None and footage.missing


def test_folders_are_searched_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLC_DATA", "/a:/b")
    found = folders_of(tmp_path / "build" / "skill", tmp_path)
    assert found == (tmp_path, Path("/a"), Path("/b"), tmp_path / "build", tmp_path)
