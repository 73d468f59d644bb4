"""What lies in the last picture that did not lie there at first: where the object ended, whatever was followed."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene.hand_region import hands_mask
from skillc.runtime.perception.scene.mask_shapes import close_mask, disc, fill_holes
from skillc.runtime.perception.scene.moved_region import changed_between, shrunk

BEFORE = 12
"""ours: frames before the contact whose median shows the scene behind a hovering hand."""
SIZES = (0.3, 3.0)
"""ours: area of what arrived, shares of the outline's: half hidden by a hand, or with its shadow."""
HAND_PX = 15
"""ours: px at 960 px width around a drawn hand that may still be hand."""


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
    last = len(reader) - 1
    wide = changed_since(reader, landmarks, last, left)
    unit = start.shape[1] / 960
    there = wide & ~cv2.dilate(start.astype(np.uint8), disc(15 * unit)).astype(bool)
    found = _nearest(there, outline, unit)
    if found is None:
        return None
    margin = cv2.dilate(found.astype(np.uint8), disc(25 * unit)).astype(bool)
    return None if np.any(margin & hand_in(landmarks, last, reader.color(last))) else found


def changed_since(reader: FrameReader, landmarks: Landmarks, frame: int, left: int) -> BoolArray:
    """Return where (H, W) a frame differs from the scene before frame `left`; hands and shadows are left out."""
    first, picture = reader.recording.reference_frame, reader.color(frame)
    frames = np.unique(np.linspace(first, max(first, left - 1), BEFORE).round().astype(int)).tolist()
    small = shrunk(picture)
    scale = small.shape[1] / picture.shape[1]
    before = [shrunk(reader.color(k)) for k in frames]
    hands = [hands_mask(landmarks, k, small.shape, scale=scale, margin_px=HAND_PX) for k in (*frames, frame)]
    changed = changed_between(before, hands[:-1], small, hands[-1])
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.resize(changed.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR) > 0)


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


def overlap_beside_hand(outline: BoolArray, found: BoolArray, hand: BoolArray) -> float:
    """Return the overlap of two masks (H, W) where the hand is not."""
    a, b = outline & ~hand, found & ~hand
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 0.0


def hand_in(landmarks: Landmarks, frame: int, picture: Image) -> BoolArray:
    """Return the pixels (H, W) of hands in a frame, with a margin."""
    return hands_mask(landmarks, frame, picture.shape, margin_px=HAND_PX)
