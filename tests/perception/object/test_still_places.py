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
from skillc.runtime.perception.object.still_places import places, stillness, until
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
    lain = places(film, LANDMARKS, disc(START), classes, put_down=True)
    return stillness(film, LANDMARKS, lain, end, classes)


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


def test_a_thing_that_settles_slowly_has_a_time_of_settling() -> None:
    around = np.s_[END[1] - 32 : END[1] + 32, END[0] - 32 : END[0] + 32]

    def creeping(frame: int) -> Image:
        image = drawn(frame, colour=RED)
        if 22 <= frame < 26:  # half a pixel beside its last place: 1.5 px at 960 px width
            image[around] = (0.5 * image[around] + 0.5 * np.roll(image[around], -1, axis=1)).astype(np.uint8)
        return image

    sudden, slow = (seen(film, disc(END)) for film in (lambda k: drawn(k, colour=RED), creeping))
    assert sudden.settling <= 2 and slow.settling >= 3
    assert slow.settled is not None and 22 <= slow.settled <= 26


def test_what_no_hand_was_at_has_not_arrived() -> None:
    def with_sleeve(frame: int) -> Image:
        image = drawn(frame, colour=RED)
        if frame > 12:
            image[200:238, 5:95] = RED
        return image

    film = reader(with_sleeve)
    classes = classes_of(film, disc(START)[None], [0], LANDMARKS)[0]
    lain = places(film, LANDMARKS, disc(START), classes, put_down=True)
    assert lain is not None and lain.there is not None
    assert np.count_nonzero(lain.there.mask & disc(END)) > 0.7 * np.count_nonzero(disc(END))


def test_a_shaded_side_that_looks_like_skin_is_still_its_own() -> None:
    def with_skin_below(frame: int) -> Image:
        image = drawn(frame, colour=RED)
        if frame > 22:
            low = disc(END) & (np.mgrid[:HEIGHT, :WIDTH][0] > END[1] + 8)
            image[low] = (120, 60, 50)
        return image

    film = reader(with_skin_below)
    classes = classes_of(film, disc(START)[None], [0], LANDMARKS)[0]
    lain = places(film, LANDMARKS, disc(START), classes, put_down=True)
    assert lain is not None and lain.there is not None
    outside = np.count_nonzero(lain.there.mask & ~disc(END)) / np.count_nonzero(disc(END))
    assert outside < 0.1


def test_what_is_held_to_the_end_lies_nowhere() -> None:
    film = reader(lambda k: drawn(k, colour=RED))
    classes = classes_of(film, disc(START)[None], [0], LANDMARKS)[0]
    lain = places(film, LANDMARKS, disc(START), classes, put_down=False)
    assert lain is not None and lain.there is None and lain.settled is None
