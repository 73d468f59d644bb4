"""What lies in the last picture that did not lie there at first: where the object ended, whatever was followed."""

from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene.appearance_classes import UNLIKE, AppearanceClasses, near_hand
from skillc.runtime.perception.scene.hand_region import hands_mask
from skillc.runtime.perception.scene.mask_shapes import close_mask, disc, fill_holes
from skillc.runtime.perception.scene.moved_region import changed_between, shrunk
from skillc.runtime.perception.scene.taken_thing import touched_at

BEFORE = 12
"""ours: frames before the contact whose median shows the scene behind a hovering hand."""
SIZES = (0.2, 4.0)
"""ours: area of what arrived, shares of the first outline's: half hidden by a hand, or turned and nearer."""
OPENING_PX, CLOSING_PX = 3, 7
"""ours: px at 960 px width; single pixels of the object's colour, and print on it."""
STAYED = 0.95
"""ours: share; what lies wholly where it lay has not arrived."""
HAND_PX = 15
"""ours: px at 960 px width around a drawn hand that may still be hand."""


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """What the last picture shows of the object where it ends."""

    mask: BoolArray
    """(H, W) pixels that look like it."""
    unsure: BoolArray
    """(H, W) pixels that may be it or not: skin before it, and colours that it did not show at first, such as its side
    in the shade."""


def arrived(
    reader: FrameReader, landmarks: Landmarks, start: BoolArray, classes: AppearanceClasses, left: int
) -> Arrived | None:
    """Return what in the last picture looks like the object and did not show it before it moved.

    Args:
        reader: The recording.
        landmarks: Of the hands.
        start: (H, W) the object in the reference picture.
        classes: The object's colours, and those of what is around it.
        left: Frame in which it leaves its place.

    Returns:
        The patch that looks most like it of those that a hand was at; None where none is of its size, or where it lies
        wholly where it lay at first.
    """
    last = len(reader) - 1
    picture, unit = reader.color(last), start.shape[1] / 960
    near = _near_hands(landmarks, last, picture)
    hand = classes.hand(picture, near)
    # A thing's shaded side may look like skin, but no skin is far from a hand.
    told = np.where(near, classes.object_ratio(picture), classes.scene_ratio(picture))
    ratio = np.asarray(cv2.medianBlur(told.astype(np.float32), 5))
    # What a drawn hand hides of the change is told by colour alone; at its first place, it may have moved by little.
    drawn = hand_in(landmarks, last, picture)
    was = cv2.dilate(start.astype(np.uint8), disc(OPENING_PX * unit)).astype(bool)
    free = ~hand & (changed_since(reader, landmarks, last, left) | drawn | was)
    alike = (ratio > 0) & free
    alike = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_OPEN, disc(OPENING_PX * unit))
    closed = fill_holes(close_mask(alike.astype(bool), CLOSING_PX * unit)) & ~hand
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed.astype(np.uint8), connectivity=4)
    sizes = stats[1:, cv2.CC_STAT_AREA] / np.count_nonzero(start)
    fitting = np.flatnonzero((sizes > SIZES[0]) & (sizes < SIZES[1])) + 1
    if not len(fitting):
        return None
    # Nothing comes by itself: of what a hand was not at, a sleeve or a monitor, none was put down.
    brought = [label for label in fitting if touched_at(labels == label, landmarks.joints_px, left, last) is not None]
    if not brought:
        return None
    best = max(brought, key=lambda label: float(ratio[labels == label].sum()))
    found: BoolArray = labels == best
    if np.count_nonzero(found & start) > STAYED * np.count_nonzero(found):
        return None
    return Arrived(mask=found, unsure=hand | (free & (ratio > UNLIKE) & ~found))


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


def overlap_beside_hand(outline: BoolArray, found: BoolArray, hand: BoolArray) -> float:
    """Return the overlap of two masks (H, W) where the hand is not."""
    a, b = outline & ~hand, found & ~hand
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 0.0


def hand_in(landmarks: Landmarks, frame: int, picture: Image) -> BoolArray:
    """Return the pixels (H, W) of hands in a frame, with a margin."""
    return hands_mask(landmarks, frame, picture.shape, margin_px=HAND_PX)


def skin_in(landmarks: Landmarks, frame: int, picture: Image, classes: AppearanceClasses) -> BoolArray:
    """Return the pixels (H, W) near a frame's hands that are coloured like skin, not like the object."""
    return classes.hand(picture, _near_hands(landmarks, frame, picture))


def _near_hands(landmarks: Landmarks, frame: int, picture: Image) -> BoolArray:
    height, width = picture.shape[:2]
    mine, other = landmarks.joints_px[frame], landmarks.other_px[frame]
    return near_hand(mine, height, width) | near_hand(other, height, width)
