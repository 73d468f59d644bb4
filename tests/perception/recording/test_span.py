"""`start` and `end`: the part of a recording that is the demonstration."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from skillc.runtime.formats.recording import Recording
from skillc.runtime.perception.recording.camera_of import CameraSpec
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import open_frames
from skillc.runtime.perception.recording.source import RecordedPart, read_headers

CAMERA = CameraSpec(focal=300.0, focal_width=None, center=None, sensor=None)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty pictures at 10 Hz, each a grey level of its own."""
    folder = tmp_path_factory.mktemp("film") / "film"
    (folder / "color").mkdir(parents=True)
    for k in range(30):
        cv2.imwrite(str(folder / "color" / f"{k:03d}.png"), np.full((48, 64, 3), 8 * k, np.uint8))
    (folder / "camera.json").write_text('{"fps": 10}', encoding="utf-8")
    return folder


def described(film: Path, span: RecordedPart, reference: int | None = None) -> Recording:
    return read_headers(film, film.name, camera=CAMERA, region=None, reference=reference, focal_sigma=0.01, span=span)


def test_frames_count_from_the_start_and_none_follow_the_end(film: Path) -> None:
    found = described(film, RecordedPart(start_s=1.0, end_s=2.4), reference=2)
    assert len(found.time_s) == 15 and found.time_s[0] == 0.0 and found.start_frame == 10
    with open_frames(found, film.parent) as reader:
        assert (int(reader.color(0)[0, 0, 0]), int(reader.color(14)[0, 0, 0])) == (80, 8 * 24)
        assert int(reader.reference()[0, 0, 0]) == 8 * 12
        with pytest.raises(IndexError):
            reader.color(15)


def test_without_them_the_whole_recording_counts(film: Path) -> None:
    assert len(described(film, RecordedPart()).time_s) == 30
    assert len(described(film, RecordedPart(start_s=0.5)).time_s) == 25


@pytest.mark.parametrize(
    ("span", "about"),
    [
        (RecordedPart(start_s=7.0), "start"),
        (RecordedPart(end_s=9.0), "end"),
        (RecordedPart(start_s=2.0, end_s=1.0), "end"),
        (RecordedPart(start_s=1.0, end_s=1.5), "end"),
        (RecordedPart(start_s=float("nan")), "start"),
    ],
)
def test_a_part_that_is_not_in_the_recording_is_refused(film: Path, span: RecordedPart, about: str) -> None:
    with pytest.raises(InputFault) as refused:
        described(film, span)
    assert refused.value.code == "SK837" and refused.value.about == about


def test_a_reference_behind_the_end_is_refused(film: Path) -> None:
    with pytest.raises(InputFault, match="reference frame 20 of 15 frames"):
        described(film, RecordedPart(start_s=1.0, end_s=2.4), reference=20)
