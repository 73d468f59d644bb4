"""A camera that is bumped, moved, or cut away: told by the corners of the first picture."""

import numpy as np
import pytest

from skillc.runtime.formats.arrays import Image
from skillc.runtime.perception.recording.camera_shift import StillCamera, spans

RNG = np.random.default_rng(0)


def room(seed: int = 0) -> Image:
    """A picture of boxes of many colours."""
    rng, image = np.random.default_rng(seed), np.full((270, 480, 3), 120, np.uint8)
    for _ in range(90):
        x, y, w, h = rng.integers([0, 0, 8, 8], [460, 250, 60, 50])
        image[y : y + h, x : x + w] = rng.integers(0, 255, 3)
    return image


@pytest.mark.parametrize("shift", [(0, 0), (2, -1), (-9, 6)])
def test_the_shift_of_the_whole_picture_is_measured(shift: tuple[int, int]) -> None:
    found = StillCamera(room()).shift(np.roll(room(), shift, axis=(1, 0)))
    assert found.clear and found.px == pytest.approx(shift, abs=0.3)


def test_a_person_who_moves_before_half_of_the_room_is_no_shift() -> None:
    later = room()
    later[:, 120:360] = np.roll(room(1), 13, axis=1)[:, 120:360]
    found = StillCamera(room()).shift(later)
    assert found.clear and found.px == pytest.approx((0, 0), abs=0.01)


def test_another_scene_is_a_cut() -> None:
    assert not StillCamera(room()).shift(room(7)).clear


def test_frames_are_told_as_spans() -> None:
    assert spans(np.array([True, False, True, True, False, True])) == "0, 2 to 3, 5"
