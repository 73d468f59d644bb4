"""Cut an outline into nearly convex pieces at its necks: a toy's head, arms and trunk."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.perception.scene.mask_shapes import disc, largest, outline

PIECES = 8
"""ours: head, trunk, four limbs, and two to spare; more makes contact slow and fingers no surer."""
OVERLAP_PX = 5
"""ours: pieces share a seam of this width, so that no gap and no inner wall is left between them."""
SAMPLES = 40
"""ours: places along a cut that must lie inside; a cut through 160 px of outline is looked at every 4 px."""


def convex_pieces(mask: BoolArray, hollow_px: float) -> list[BoolArray]:
    """Return masks (H, W) that together cover the largest part of a mask, the whole of it first where it is convex.

    A piece is cut while its outline is more than `hollow_px` inside its convex hull: from the deepest point to the
    other side, where the cut is shortest for the outline that it severs.
    """
    whole = largest(mask)
    pieces, done = [whole], 0
    while len(pieces) < PIECES and done < len(pieces):
        parts = _cut(pieces[done], hollow_px)
        if parts is None:
            done += 1
        else:
            pieces[done : done + 1] = parts
    if len(pieces) == 1:
        return pieces
    seam = disc(OVERLAP_PX)
    return [cv2.dilate(piece.astype(np.uint8), seam).astype(bool) & whole for piece in pieces]


def _cut(mask: BoolArray, hollow_px: float) -> list[BoolArray] | None:
    """Return the two sides of the best cut from the deepest hollow, the larger first; None if there is no hollow."""
    around = outline(mask)
    deepest = _deepest(around)
    if deepest is None or deepest[1] <= hollow_px:
        return None
    start = deepest[0]
    count = len(around)
    step = np.linalg.norm(np.diff(around, axis=0, append=around[:1]), axis=1)
    along = np.concatenate([[0.0], np.cumsum(step)])
    severed = np.abs(along[:count] - along[start])
    severed = np.minimum(severed, along[-1] - severed)
    # A cut has two pieces worth the name, and stays inside.
    candidates = np.flatnonzero((severed > 2 * hollow_px) & _inside(mask, around, start))
    if not len(candidates):
        return None
    length = np.linalg.norm(around[candidates] - around[start], axis=1)
    end = int(candidates[np.argmin(length / severed[candidates])])
    first, last = sorted((start, end))
    sides = (around[first : last + 1], np.concatenate([around[last:], around[: first + 1]]))
    return sorted((_filled(side, mask) for side in sides), key=np.count_nonzero, reverse=True)


def _deepest(around: FloatArray) -> tuple[int, float] | None:
    """Return the index of the outline's point furthest inside its convex hull, and how far, px."""
    contour = around.astype(np.int32).reshape(-1, 1, 2)
    if len(contour) < 4:
        return None
    corners: IntArray = np.sort(cv2.convexHull(contour, returnPoints=False).ravel())[::-1].astype(np.int32)
    hollows = cv2.convexityDefects(contour, corners) if len(corners) > 3 else None
    if hollows is None:
        return None
    *_, point, depth = max(hollows[:, 0], key=lambda hollow: hollow[3])
    return int(point), float(depth) / 256


def _inside(mask: BoolArray, around: FloatArray, start: int) -> BoolArray:
    """Return to which outline points (N,) the straight line from point `start` stays on the mask."""
    share = np.linspace(0.0, 1.0, SAMPLES)[:, None, None]
    line = np.round(around[start] + share * (around - around[start])).astype(int)
    stays: BoolArray = mask[line[..., 1], line[..., 0]].all(axis=0)
    return stays


def _filled(side: FloatArray, mask: BoolArray) -> BoolArray:
    drawn = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(drawn, [side.astype(np.int32).reshape(-1, 1, 2)], 1)
    return drawn.astype(bool) & mask
