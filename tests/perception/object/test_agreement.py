"""An outline agrees with the pixels of its object's colours, whoever holds it."""

import cv2
import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.perception.object.agreement import agreement
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses, learn_classes

SIZE = (240, 320)
EVERYWHERE, NOWHERE = np.ones(SIZE, bool), np.zeros(SIZE, bool)


def disc_at(x: int, y: int, radius: int = 30) -> BoolArray:
    drawn = np.zeros(SIZE, np.uint8)
    cv2.circle(drawn, (x, y), radius, 1, cv2.FILLED)
    return drawn.astype(bool)


def picture_of(thing: BoolArray) -> Image:
    noise = np.random.default_rng(1).normal(0, 4, (*SIZE, 3))
    shown = np.where(thing[..., None], (180, 40, 40), (190, 185, 170)) + noise
    return np.clip(shown, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def classes() -> AppearanceClasses:
    at_first = disc_at(80, 120)
    return learn_classes(picture_of(at_first), at_first, NOWHERE, np.zeros((0, 21, 2)), [], 4.0)


@pytest.mark.parametrize(
    ("followed", "low", "high"),
    [(disc_at(220, 120), 0.9, 1.0), (disc_at(245, 120), 0.2, 0.6), (disc_at(120, 120), 0.0, 0.0)],
    ids=["there", "partly there", "elsewhere"],
)
def test_an_outline_overlaps_as_much_as_it_is_on_its_object(
    classes: AppearanceClasses, followed: BoolArray, low: float, high: float
) -> None:
    found = agreement(followed, picture_of(disc_at(220, 120)), classes, NOWHERE, EVERYWHERE)
    assert found is not None and low <= found <= high


def test_an_object_does_not_end_where_the_scene_looked_so_before_it_came(classes: AppearanceClasses) -> None:
    followed = disc_at(220, 120)
    assert agreement(followed, picture_of(followed), classes, NOWHERE, NOWHERE) == 0.0


def test_an_outline_behind_a_hand_says_nothing(classes: AppearanceClasses) -> None:
    followed = disc_at(220, 120)
    assert agreement(followed, picture_of(followed), classes, followed, EVERYWHERE) is None
