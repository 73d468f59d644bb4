"""Which of the things that left their places the hand took, and its whole outline.

Nothing moves by itself: what was taken is touched by fingertips before it leaves, stands on the table, and leaves
before anything arrives elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.perception.scene.hand_region import palm_px
from skillc.runtime.perception.scene.mask_shapes import close_mask, disc, fill_holes, largest, overlap
from skillc.runtime.perception.scene.moved_region import Uncovered

TIPS = (4, 8, 12, 16, 20)
"""Fingertips in the order of `Landmarks`."""
TOUCH = 0.35
"""ours: palm lengths, about 3 cm: a fingertip's length and the landmarks' error."""
SMALLEST = 300
"""ours: px at 960 px width; 9 mm x 9 mm at 60 cm."""
SPLIT = 0.85
"""ours: share of the variance of the times at which a patch changed that two moments explain where start and end touch;
of a thing that slides off its place evenly they explain 0.75."""
PALE, BOUNCED = 0.06, 0.65
"""ours: relative difference between the channels' shares of light within which a patch is the table in shadow, and how
much it grows with the light that is missing: beside a pink bowl 0.14 at 0.77 of the light, 0.38 at 0.49."""
FADES = 0.12
"""ours: share of the light per px at 960 px width; shadows fade by up to 0.09 beside what casts them, at an edge half
of the difference is lost."""
DARKEST, STEP = 0.2, 0.02
"""ours: share of the light under a thing, and the steps in which shadows are followed towards it."""
WHOLE = 0.6
"""ours: share of a thing that must not look like shaded table for the rest of it to be its shadow."""
SMALL = 0.5
"""ours: share of the largest patch below which a patch is a crumb: a fold of a sleeve, the tip of a thing."""
HELD = 0.85
"""ours: share of what was uncovered that a cluster holds if it is the whole of it; the rest is left of shadows."""
SAME = 0.8
"""ours: overlap from which two outlines are of one thing."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Something that the hand took from its place."""

    mask: BoolArray
    """(H, W) in the reference picture."""
    touched: int
    """First frame in which a fingertip is at it."""
    left: float
    """Frame at which half of its place is uncovered."""


def taken_things(
    seen: Uncovered, reference: Image, joints_px: FloatArray, first: int, extent: BoolArray
) -> list[Taken]:
    """Return what the hand took, in the order in which it left.

    Args:
        seen: What left its place.
        reference: (H, W, 3) RGB.
        joints_px: (T, 21, 2), NaN without a hand.
        first: The reference frame.
        extent: (H, W) where the table is in the picture.
    """
    unit = extent.shape[1] / 960
    opened = cv2.morphologyEx(seen.thing.astype(np.uint8), cv2.MORPH_OPEN, disc(5 * unit))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    found = []
    for label in np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= SMALLEST * unit**2) + 1:
        for part in _apart(labels == label, seen.left, unit):
            mask = _without_shadow(part, reference, seen.background, unit)
            if np.count_nonzero(mask) < SMALLEST * unit**2 or not _stands(mask, extent):
                continue
            left = float(np.nanmedian(seen.left[mask]))
            touched = touched_at(mask, joints_px, first, round(left))
            if touched is not None:
                found.append(Taken(mask=mask, touched=touched, left=left))
    return sorted(found, key=lambda thing: thing.left)


def first_taken(things: Sequence[Taken]) -> Taken | None:
    """Return the thing that was demonstrated on: the first to leave of those that are not small beside the largest.

    Where it is put down, what was uncovered there changes too, as large and later.
    """
    if not things:
        return None
    size = [np.count_nonzero(thing.mask) for thing in things]
    return next(thing for thing, area in zip(things, size, strict=True) if area >= SMALL * max(size))


def whole_outline(taken: BoolArray, clusters: Sequence[BoolArray]) -> tuple[BoolArray, list[int]]:
    """Return the outline (H, W) of a taken thing, and the numbers of the clusters that are parts of it.

    A cluster that holds nearly all of what was uncovered is the thing, of which the rest stayed covered; else what was
    uncovered is, with the parts that a cluster of the table's colour missed.
    """
    size = np.count_nonzero(taken)
    parts = [k for k, c in enumerate(clusters) if np.count_nonzero(c & taken) > 0.5 * min(np.count_nonzero(c), size)]
    for k in parts:
        inside = np.count_nonzero(clusters[k] & taken) / size
        if overlap(clusters[k], taken) >= SAME or (inside > HELD and np.count_nonzero(clusters[k]) < 3 * size):
            return clusters[k], parts
    return taken, parts


def _apart(mask: BoolArray, left: FloatArray, unit: float) -> list[BoolArray]:
    """Return the mask, or its earlier and later part where it changed at two moments (Otsu's threshold)."""
    times = left[mask]
    times = times[np.isfinite(times)]
    if len(times) < 50 or np.ptp(times) < 4:
        return [mask]
    cuts = np.unique(np.quantile(times, np.linspace(0.1, 0.9, 33)))
    total = float(np.var(times))
    explained = []
    for cut in cuts:
        early = times <= cut
        share = early.mean()
        gap = times[early].mean() - times[~early].mean() if 0 < share < 1 else 0.0
        explained.append(share * (1 - share) * gap**2 / max(total, 1e-9))
    best = int(np.argmax(explained))
    if explained[best] < SPLIT:
        return [mask]
    early = mask & (left <= cuts[best])
    calm = cv2.medianBlur(early.astype(np.uint8), max(3, round(7 * unit) | 1)).astype(bool) & mask
    parts = [largest(calm), largest(mask & ~calm)]
    # Things leave as wholes; a split that leaves crumbs on both sides is a slow departure.
    whole = all(
        np.count_nonzero(p) > 0.6 * np.count_nonzero(q) for p, q in zip(parts, (calm, mask & ~calm), strict=True)
    )
    return parts if whole else [mask]


def _without_shadow(mask: BoolArray, before: Image, after: Image, unit: float) -> BoolArray:
    """Return the mask without the shaded table at its rim, closed and filled; all of it where it is itself pale."""
    light = [(p.astype(np.float32) / 255) ** 2.2 + 1e-3 for p in (cv2.medianBlur(before, 5), cv2.medianBlur(after, 5))]
    share = light[0] / light[1]
    pale = _pale(share, mask)
    # A thing of little colour of its own may be followed inwards too: then only what is pale was shadow.
    for shadow in (_tinted(share, mask, pale, unit), pale):
        opened = cv2.morphologyEx((mask & ~shadow).astype(np.uint8), cv2.MORPH_OPEN, disc(5 * unit))
        solid = largest(opened.astype(bool))
        if np.count_nonzero(solid) > WHOLE * np.count_nonzero(mask):
            return fill_holes(close_mask(solid, 9 * unit))
    return fill_holes(close_mask(mask, 9 * unit))


def _pale(share: FloatArray, mask: BoolArray) -> BoolArray:
    """Return the part of a mask (H, W) that is table under less light of the same colour, out to the mask's rim.

    Args:
        share: (H, W, 3) the light that is left.
        mask: (H, W).
    """
    mean = share.mean(axis=-1)
    pale = mask & ((share.max(axis=-1) - share.min(axis=-1)) / mean < PALE) & (mean < 1.0) & (mean > DARKEST)
    _, labels = cv2.connectedComponents((pale | ~mask).astype(np.uint8), connectivity=4)
    return np.asarray(pale & np.isin(labels, np.unique(labels[~mask])))


def _tinted(share: FloatArray, mask: BoolArray, pale: BoolArray, unit: float) -> BoolArray:
    """Return that part with the shadow next to it that light bounced off the thing tints, the more the darker it is.

    Towards what casts it a shadow only gets darker, and without a step: it is followed inwards, level after level.
    """
    mean = cv2.GaussianBlur(share.mean(axis=-1).astype(np.float32), (0, 0), 0.5 * unit)
    tint = (share.max(axis=-1) - share.min(axis=-1)) / share.mean(axis=-1)
    steep = np.hypot(cv2.Sobel(mean, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(mean, cv2.CV_32F, 0, 1, scale=0.125))
    may_be = mask & (tint < PALE + BOUNCED * np.maximum(1.0 - mean, 0.0)) & (steep < FADES / unit)
    reached = ~mask | pale
    for level in np.arange(1.0, DARKEST, -STEP):
        band = may_be & (mean > level - FADES / unit) & (mean <= level + STEP)
        _, labels = cv2.connectedComponents((band | reached).astype(np.uint8), connectivity=4)
        reached = reached | (band & np.isin(labels, np.unique(labels[reached])))
    return np.asarray(reached & mask)


def _stands(mask: BoolArray, extent: BoolArray) -> bool:
    """Whether the lowest part of a mask lies on the table."""
    rows, columns = np.nonzero(mask)
    low = rows >= np.quantile(rows, 0.9)
    return bool(np.mean(extent[rows[low], columns[low]]) > 0.5)


def touched_at(mask: BoolArray, joints_px: FloatArray, first: int, last: int) -> int | None:
    """Return the first frame up to `last` in which a fingertip is at the mask, or None."""
    height, width = mask.shape
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    for frame in range(first, min(last + 1, len(joints_px))):
        joints = joints_px[frame]
        if not np.isfinite(joints).all():
            continue
        tips = np.round(joints[list(TIPS)]).astype(int)
        tips = tips[(tips >= 0).all(axis=1) & (tips < [width, height]).all(axis=1)]
        if len(tips) and away[tips[:, 1], tips[:, 0]].min() < TOUCH * palm_px(joints):
            return frame
    return None
