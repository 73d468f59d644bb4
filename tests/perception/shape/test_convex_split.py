import cv2
import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.perception.scene.mask_shapes import outline
from skillc.runtime.perception.scene.silhouette import filled, hull
from skillc.runtime.perception.shape.convex_split import PIECES, convex_pieces


def drawn(
    *discs: tuple[int, int, int], bars: tuple[tuple[tuple[int, int], tuple[int, int], int], ...] = ()
) -> BoolArray:
    """Return a mask (300, 400) of discs (x, y, radius) and thick lines (from, to, width)."""
    mask = np.zeros((300, 400), np.uint8)
    for x, y, radius in discs:
        cv2.circle(mask, (x, y), radius, 1, cv2.FILLED)
    for start, end, width in bars:
        cv2.line(mask, start, end, 1, width)
    return mask.astype(bool)


def hollow(mask: BoolArray) -> float:
    """Return the share of a mask's convex hull that it leaves empty."""
    whole = filled(hull(outline(mask)), *mask.shape)
    return 1 - np.count_nonzero(mask & whole) / np.count_nonzero(whole)


def test_what_is_convex_stays_whole() -> None:
    ball = drawn((200, 150, 80))
    (piece,) = convex_pieces(ball, hollow_px=6)
    assert np.array_equal(piece, ball)


def test_a_hollow_too_small_for_fingers_is_left() -> None:
    body = drawn((150, 150, 80), (190, 150, 80))
    assert len(convex_pieces(body, hollow_px=12)) == 1
    assert len(convex_pieces(body, hollow_px=2)) == 2


@pytest.mark.parametrize("turn", [0, 1])
def test_two_balls_with_a_neck_are_cut_at_the_neck(turn: int) -> None:
    body = drawn((110, 150, 60), (290, 150, 40), bars=(((110, 150), (290, 150), 21),))
    body = np.rot90(body, turn).copy()
    pieces = convex_pieces(body, hollow_px=6)
    assert np.array_equal(np.any(pieces, axis=0), body), "nothing is lost"
    assert hollow(body) > 0.2 and [hollow(piece) < 0.1 for piece in pieces] == [True] * 3
    both = sum(piece.astype(int) for piece in pieces)
    assert 0 < np.count_nonzero(both > 1) < 0.08 * np.count_nonzero(body), "pieces share their seams and no more"


def test_a_trunk_with_limbs_keeps_trunk_and_limbs_apart() -> None:
    limbs = tuple(((200, 150), (200 + dx, 150 + dy), 25) for dx in (-110, 110) for dy in (-90, 90))
    body = drawn((200, 150, 70), bars=limbs)
    pieces = convex_pieces(body, hollow_px=6)
    assert len(pieces) == 5 and np.array_equal(np.any(pieces, axis=0), body)
    tips = [(y, x) for x in (95, 305) for y in (65, 235)]
    owners = [next(k for k, piece in enumerate(pieces) if piece[tip]) for tip in tips]
    assert len(set(owners)) == 4 and not any(pieces[k][150, 200] for k in owners)


def test_a_ragged_outline_gives_no_more_pieces_than_allowed() -> None:
    spikes = tuple(
        ((200, 150), (round(200 + 130 * np.cos(a)), round(150 + 130 * np.sin(a))), 13)
        for a in np.linspace(0, 2 * np.pi, 20, endpoint=False)
    )
    body = drawn((200, 150, 60), bars=spikes)
    pieces = convex_pieces(body, hollow_px=4)
    assert len(pieces) == PIECES and np.array_equal(np.any(pieces, axis=0), body)


def test_only_the_largest_part_counts() -> None:
    body = drawn((100, 150, 60), (300, 150, 20))
    (piece,) = convex_pieces(body, hollow_px=6)
    assert np.array_equal(piece, drawn((100, 150, 60)))
