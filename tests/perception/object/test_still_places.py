"""When a thing lies still, read from drawn films: with a hand before it, a bumped camera and a bowl put down."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.recording import Camera, Recording, Source
from skillc.runtime.formats.stillness import Stillness
from skillc.runtime.perception.object.follow_points import classes_of
from skillc.runtime.perception.object.still_places import stillness, until
from skillc.runtime.perception.recording.frames import FrameReader
from tests.perception.scene.test_taken_thing import END, FRAMES, HEIGHT, START, WIDTH, disc, drawn, joints

pytestmark = pytest.mark.slow

RED = (170, 40, 40)


class Film:
    """Drawn pictures as a source of frames."""

    def __init__(self, picture: Callable[[int], Image]) -> None:
        self.picture = picture

    def __len__(self) -> int:
        return FRAMES

    def color(self, index: int) -> Image:
        return self.picture(index)

    def depth(self, index: int) -> None:
        return None

    def close(self) -> None:
        return None


def reader(picture: Callable[[int], Image]) -> FrameReader:
    camera = Camera(width=WIDTH, height=HEIGHT, fx=300.0, fy=300.0, cx=159.5, cy=119.5)
    recording = Recording(
        kind="video", source=Source(path="x", sha256=""), camera=camera, region=(0, 0, WIDTH, HEIGHT), rotation_deg=0,
        time_s=tuple(k / 30 for k in range(FRAMES)), fps=30.0, has_depth=False, depth_unit_m=0.0, start_frame=0,
        reference_frame=0,
        reference_image=None, notes=(),
    )  # fmt: skip
    return FrameReader(recording, Film(picture), Path)


HANDS = np.stack([joints(k) for k in range(FRAMES)])
LANDMARKS = Landmarks(
    frame=np.arange(FRAMES), joints_px=HANDS, joints_relative_m=np.zeros((FRAMES, 21, 3)), score=np.ones(FRAMES),
    other_px=np.full((FRAMES, 21, 2), np.nan), handedness="right", estimator="none",
)  # fmt: skip


def textured(frame: int) -> Image:
    """The film with a pattern on the table, which a camera's shift can be told by."""
    image = drawn(frame, colour=RED).astype(np.int16)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    image += np.where((rows // 12 + columns // 17) % 3 == 0, -14, 0)[..., None].astype(np.int16)
    return np.clip(image, 0, 255).astype(np.uint8)


def seen(picture: Callable[[int], Image], end: BoolArray) -> Stillness:
    """What the film says of the bowl, followed to `end`."""
    film = reader(picture)
    classes = classes_of(film, disc(START)[None], [0], LANDMARKS)[0]
    return stillness(film, LANDMARKS, disc(START), end, classes)


def test_the_pictures_tell_when_it_leaves_and_when_it_rests() -> None:
    found = seen(lambda k: drawn(k, colour=RED), disc(END))
    assert found.left is not None and abs(found.left - 9) <= 1
    assert found.settled is not None and abs(found.settled - 22) <= 2
    assert found.final_overlap is not None and found.final_overlap > 0.7


def test_a_thing_that_is_followed_elsewhere_does_not_overlap_what_arrived() -> None:
    found = seen(lambda k: drawn(k, colour=RED), disc(END - [70, 60]))
    assert found.final_overlap is not None and found.final_overlap < 0.3
    assert found.final_away_px is not None and found.final_away_px > 60


def test_a_thing_that_never_moves_says_nothing() -> None:
    found = seen(lambda k: drawn(k, colour=RED, still=True), disc(START))
    assert found.left is None and found.settled is None and found.final_overlap is None


@pytest.mark.parametrize("bumped", [3, 27])
def test_a_bumped_camera_moves_nothing(bumped: int) -> None:
    def shaken(frame: int) -> Image:
        return np.roll(textured(frame), 4, axis=0) if frame in (bumped, bumped + 1) else textured(frame)

    calm = seen(textured, disc(END))
    found = seen(shaken, disc(END))
    assert (found.left, found.settled) == (calm.left, calm.settled)


def test_hidden_frames_neither_begin_nor_end_a_motion() -> None:
    away = np.array([0.1, np.nan, 0.2, 6.0, np.nan, 0.3, np.nan, 5.0, 7.0, np.inf])
    assert until(away, 4.0, 3) == 7
    assert until(away, 4.0, 5) == 7 and until(away[:7], 4.0, 3) is None
