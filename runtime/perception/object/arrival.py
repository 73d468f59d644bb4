"""What lies in the last picture that did not lie there at first: where the object ended, whatever was followed."""

from collections.abc import Sequence

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene.hand_region import hand_mask
from skillc.runtime.perception.scene.mask_shapes import close_mask, disc, fill_holes
from skillc.runtime.perception.scene.moved_region import changed_between, shrunk

BEFORE = 12
"""ours: frames before the contact whose median shows the scene behind a hovering hand."""
SIZES = (0.3, 3.0)
"""ours: area of what arrived, shares of the outline's: half hidden by a hand, or with its shadow."""


def arrived(
    reader: FrameReader, landmarks: Landmarks, start: BoolArray, outline: BoolArray, left: int
) -> BoolArray | None:
    """Return the pixels (H, W) of what arrived in the last picture nearest to an outline; None where nothing did.

    What the hand is at may be held, or a sleeve: only what lies by itself has arrived.

    Args:
        reader: The recording.
        landmarks: Of the hands.
        start: (H, W) the object in the reference picture.
        outline: (H, W) the object at its last pose.
        left: Frame in which it leaves its place.
    """
    first, last = reader.recording.reference_frame, len(reader) - 1
    frames = np.unique(np.linspace(first, max(first, left - 1), BEFORE).round().astype(int)).tolist()
    small = shrunk(reader.color(last))
    scale = small.shape[1] / start.shape[1]
    before = [shrunk(reader.color(k)) for k in frames]
    hands = [_hands(landmarks, k, scale, small.shape) for k in (*frames, last)]
    changed = changed_between(before, hands[:-1], small, hands[-1])
    size = (start.shape[1], start.shape[0])
    wide = cv2.resize(changed.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR).astype(bool)
    unit = start.shape[1] / 960
    there = wide & ~cv2.dilate(start.astype(np.uint8), disc(15 * unit)).astype(bool)
    found = _nearest(there, outline, unit)
    if found is None:
        return None
    margin = cv2.dilate(found.astype(np.uint8), disc(25 * unit)).astype(bool)
    return None if np.any(margin & hand_in(landmarks, last, reader.color(last))) else found


def _nearest(there: BoolArray, outline: BoolArray, unit: float) -> BoolArray | None:
    """Return the patch of an object's size that lies nearest to an outline."""
    closed = fill_holes(close_mask(there, 7 * unit))
    opened = cv2.morphologyEx(closed.astype(np.uint8), cv2.MORPH_OPEN, disc(5 * unit))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    area = np.count_nonzero(outline)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    fitting = np.flatnonzero((sizes > SIZES[0] * area) & (sizes < SIZES[1] * area)) + 1
    if not len(fitting):
        return None
    away = cv2.distanceTransform((~outline).astype(np.uint8), cv2.DIST_L2, 5)
    best = min(fitting, key=lambda label: float(away[labels == label].mean()))
    found: BoolArray = labels == best
    return found


def _hands(landmarks: Landmarks, frame: int, scale: float, shape: Sequence[int]) -> BoolArray:
    height, width = shape[0], shape[1]
    drawn = hand_mask(scale * landmarks.joints_px[frame], height, width)
    drawn |= hand_mask(scale * landmarks.other_px[frame], height, width)
    return cv2.dilate(drawn.astype(np.uint8), disc(15 * width / 960)).astype(bool)


def overlap_beside_hand(outline: BoolArray, found: BoolArray, hand: BoolArray) -> float:
    """Return the overlap of two masks (H, W) where the hand is not."""
    a, b = outline & ~hand, found & ~hand
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 0.0


def hand_in(landmarks: Landmarks, frame: int, picture: Image) -> BoolArray:
    """Return the pixels (H, W) of hands in a frame, with a margin."""
    return _hands(landmarks, frame, 1.0, picture.shape)
