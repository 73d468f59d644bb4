"""What a hand takes from a table, found by what it uncovers: drawn films with a bowl of the table's own colour."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.perception.scene.hand_region import hand_mask
from skillc.runtime.perception.scene.mask_shapes import overlap
from skillc.runtime.perception.scene.moved_region import Uncovered, uncovered
from skillc.runtime.perception.scene.taken_thing import first_taken, taken_things, whole_outline

pytestmark = pytest.mark.slow

HEIGHT, WIDTH, FRAMES = 240, 320, 30
TABLE = (205, 190, 165)
BOWL = (214, 178, 158)
"""Nearly the table's colour; its rim is a little darker."""
START, END = np.array([90, 120]), np.array([230, 130])
TABLE_LAB = cv2.cvtColor(np.full((1, 1, 3), TABLE, np.uint8), cv2.COLOR_RGB2LAB)[0, 0] * np.array([100 / 255, 1, 1])
EXTENT = np.ones((HEIGHT, WIDTH), bool)


def place(frame: int) -> np.ndarray:
    """Return where the bowl is: taken after frame 8, put down at frame 22."""
    return START + np.clip((frame - 8) / 14, 0, 1) * (END - START)


def joints(frame: int) -> np.ndarray:
    """Return (21, 2) a hand above the bowl that comes at frame 4 and goes at frame 26."""
    away = 90 * max(0.0, (5 - frame) / 5, (frame - 24) / 5)
    fingers = [[8 * (f - 2), -4 * k] for f in range(5) for k in range(4, 0, -1)]
    return place(frame) + np.array([0.0, -30.0 - away]) + np.array([[0, -60.0], *fingers])


def drawn(frame: int, *, colour: tuple[int, int, int] = BOWL, still: bool = False) -> Image:
    """Return a picture (H, W, 3): table, soft shadow, bowl with a rim, and the hand over it."""
    rng = np.random.default_rng(frame)
    image = np.full((HEIGHT, WIDTH, 3), TABLE, np.float32)
    x, y = START if still else place(frame)
    shadow = cv2.circle(np.zeros((HEIGHT, WIDTH), np.float32), (round(x + 8), round(y + 10)), 24, 0.25, -1)
    image *= 1 - cv2.GaussianBlur(shadow, (0, 0), 7)[..., None]
    cv2.circle(image, (round(x), round(y)), 25, tuple(0.88 * c for c in colour), -1)
    cv2.circle(image, (round(x), round(y)), 20, colour, -1)
    image[hand_mask(joints(frame), HEIGHT, WIDTH)] = (190, 130, 105)
    return np.clip(image + rng.normal(0, 1.0, image.shape), 0, 255).astype(np.uint8)


def onto_plate(frame: int) -> Image:
    """Return a picture in which a red thing comes onto a plate, whose rim around it takes on the table's colour."""
    plain = drawn(frame, colour=(150, 30, 30))
    lying = drawn(0, still=True, colour=(150, 30, 30))
    plate = cv2.circle(lying * 0, (int(END[0]), int(END[1])), 45, (200, 240, 205), -1)
    if frame > 22:
        cv2.circle(plate, (int(END[0]), int(END[1])), 32, tuple(TABLE), -1)
    red = (plain[..., 0].astype(int) - plain[..., 1] > 60) | hand_mask(joints(frame), HEIGHT, WIDTH)
    free = (plate.sum(axis=2) > 0) & ~cv2.dilate(red.astype(np.uint8), np.ones((3, 3))).astype(bool)
    plain[free] = plate[free]
    return plain


def seen(picture: Callable[[int], Image] = drawn) -> Uncovered:
    pictures = [picture(k) for k in range(FRAMES)]
    hands = [
        cv2.dilate(hand_mask(joints(k), HEIGHT, WIDTH).astype(np.uint8), np.ones((7, 7))) > 0 for k in range(FRAMES)
    ]
    lab = np.broadcast_to(TABLE_LAB - [0, 128, 128], (HEIGHT, WIDTH, 3)).astype(np.float32)
    found = uncovered(pictures[0], pictures, list(range(FRAMES)), hands, lab)
    assert found is not None
    return found


def disc(at: np.ndarray, radius: int = 25) -> BoolArray:
    return cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), (int(at[0]), int(at[1])), radius, 1, -1).astype(bool)


def all_joints() -> np.ndarray:
    return np.stack([joints(k) for k in range(FRAMES)])


def test_a_bowl_of_the_tables_colour_is_found_whole_and_without_its_shadow() -> None:
    things = taken_things(seen(), drawn(0), all_joints(), 0, EXTENT)
    thing = first_taken(things)
    assert thing is not None and overlap(thing.mask, disc(START)) > 0.85
    assert thing.touched <= 9 <= thing.left <= 16


def test_what_no_fingertip_reached_was_not_taken() -> None:
    far = all_joints() + np.array([400.0, 0.0])
    assert taken_things(seen(), drawn(0), far, 0, EXTENT) == []


def test_what_does_not_stand_on_the_table_was_not_taken() -> None:
    assert taken_things(seen(), drawn(0), all_joints(), 0, ~EXTENT) == []


def test_nothing_is_taken_where_nothing_moves() -> None:
    assert taken_things(seen(lambda k: drawn(k, still=True)), drawn(0, still=True), all_joints(), 0, EXTENT) == []


def test_a_cluster_that_holds_what_was_uncovered_is_the_thing_and_one_inside_it_a_part() -> None:
    half = disc(START) & (np.arange(WIDTH) < START[0])
    whole, parts = whole_outline(half, [disc(END), disc(START, 26)])
    assert parts == [1] and overlap(whole, disc(START, 26)) == 1.0
    whole, parts = whole_outline(disc(START), [disc(START, 8)])
    assert parts == [0] and overlap(whole, disc(START)) == 1.0


def test_where_a_thing_was_put_down_nothing_was_taken_though_its_shadow_lies_around_it() -> None:
    found = seen(onto_plate)
    assert np.mean(found.arrived[disc(END, 18)]) > 0.9 and not np.any(found.thing[disc(END, 15)])
    thing = first_taken(taken_things(found, onto_plate(0), all_joints(), 0, EXTENT))
    assert thing is not None and overlap(thing.mask, disc(START)) > 0.8


def test_a_tinted_shadow_that_touches_its_thing_is_no_part_of_it() -> None:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    thing = disc(START)
    # Under the thing's lower side it is darkest and pinkest, and fades over 7 px.
    away = np.maximum(np.hypot(columns - START[0], rows - START[1] - 4) - 25, 0)
    dark = np.where(away < 7, 0.5 * (1 - away / 7), 0.0)
    shadow = np.array(TABLE) * (1 - dark[..., None] * np.array([0.85, 1.0, 1.1]))
    noise = np.random.default_rng(5).normal(0, 1.0, (HEIGHT, WIDTH, 3))
    before = np.clip(np.where(thing[..., None], BOWL, shadow) + noise, 0, 255).astype(np.uint8)
    bare = np.clip(np.broadcast_to(TABLE, before.shape) + noise, 0, 255).astype(np.uint8)
    found = Uncovered(
        thing=thing | (dark > 0.03),
        arrived=np.zeros((HEIGHT, WIDTH), bool),
        left=np.full((HEIGHT, WIDTH), 9.0),
        background=bare,
    )
    assert overlap(found.thing, thing) < 0.8
    taken = first_taken(taken_things(found, before, all_joints(), 0, EXTENT))
    assert taken is not None and overlap(taken.mask, thing) > 0.85


def test_a_dark_thing_is_not_taken_for_its_shadow() -> None:
    thing = disc(START)
    before = np.where(thing[..., None], (90, 84, 72), TABLE).astype(np.uint8)
    found = Uncovered(
        thing=thing,
        arrived=np.zeros((HEIGHT, WIDTH), bool),
        left=np.full((HEIGHT, WIDTH), 9.0),
        background=np.broadcast_to(np.array(TABLE, np.uint8), before.shape).copy(),
    )
    taken = first_taken(taken_things(found, before, all_joints(), 0, EXTENT))
    assert taken is not None and overlap(taken.mask, thing) > 0.9
