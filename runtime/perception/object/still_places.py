"""Until when an object lies as at first, and since when it lies as at last, from the pictures alone.

A thing at rest looks the same, whatever its shape and wherever the pose estimate puts it. So its patch of the first
picture is looked for in the following ones, its patch of the last picture in those before; hands are left out of both.
What the estimate of poses says about contact and interaction is held against this.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.stillness import Stillness
from skillc.runtime.perception.object.agreement import agreement
from skillc.runtime.perception.object.arrival import (
    Arrived,
    arrived,
    changed_since,
    hand_in,
    overlap_beside_hand,
    skin_in,
)
from skillc.runtime.perception.object.carried import PALM
from skillc.runtime.perception.recording.camera_shift import WIDTH_PX as SHIFT_PX
from skillc.runtime.perception.recording.camera_shift import StillCamera
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses
from skillc.runtime.perception.scene.hand_region import hands_mask, palm_px
from skillc.runtime.perception.scene.mask_shapes import disc

WIDTH_PX = 960
"""ours: of the pictures that are compared; a px there is what the paper's thresholds are meant in."""
REACH_PX = 10
"""ours: how far the patch is looked for; beyond 4 px it has left."""
SEEN = 0.3
"""ours: share of the object that must not be behind the hand for its place to be read."""
ALIKE = 0.5
"""ours: share of the patch's contrast that may differ; fingers at its rim take 0.2, another thing in its place 1."""
LEFT_PX, SLOW_PX, RESTING_PX, LASTING_S = 4.0, 3.0, 1.0, 0.17
"""A.2.1's delta_c; ours: later motion below 3 px may be fidgeting, what is still moves by 0.1 to 0.5 px; a
fifth of a second outlasts a passing finger."""
HAND_PX = 12
"""ours: px around a drawn hand that may still be hand."""
REST = 3
"""ours: frames in a row that are a rest."""
LET_GO = 0.3
"""ours: palm lengths that a hand beside a thing at rest must move to have let go of it; landmarks jitter by 0.1."""
SHADING_PX = 8.0
"""ours: brightness is compared only below this scale: the hand's shadow is wider."""


@dataclass(frozen=True, kw_only=True)
class Patch:
    """An object as one picture shows it."""

    frame: int
    mask: BoolArray
    """(H, W) its pixels in that frame."""


NOWHERE = Stillness(
    left=None,
    settled=None,
    settling=0,
    final_overlap=None,
    final_away_px=None,
    final_agreement=None,
    final_size_px=None,
)
"""The pictures do not show that it moves."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where and until when the object lies at first, and at last."""

    left: int
    """First frame in which it is away from its first place for good."""
    settled: tuple[int, int] | None
    """First frames from which the picture is nearly, and wholly, as at last where the object ends; None where it never
    rests there."""
    there: Arrived | None
    """What the last picture shows of it if it lies there by itself."""


def places(
    reader: FrameReader, landmarks: Landmarks, start: BoolArray, classes: AppearanceClasses, *, put_down: bool
) -> Places | None:
    """Return where the object lies at first and at last; None where it is not seen to leave.

    Args:
        reader: The recording.
        landmarks: Of the hands.
        start: (H, W) the object in the reference picture.
        classes: Its colours.
        put_down: The task leaves it on its support; what is held to the end lies nowhere.
    """
    first = reader.recording.reference_frame
    lasting = max(3, round(LASTING_S * reader.recording.fps))
    left = until(away_px(reader, Patch(frame=first, mask=start), landmarks, first), LEFT_PX, lasting)
    if left is None:
        return None
    left += first
    there = arrived(reader, landmarks, start, classes, left) if put_down else None
    if there is None:
        return Places(left=left, settled=None, there=None)
    settled = _settled(reader, landmarks, there.mask, left)
    if settled is None or not _alone(reader, landmarks, there.mask, settled[0]):
        there = None
    return Places(left=left, settled=settled, there=there)


def _settled(reader: FrameReader, landmarks: Landmarks, there: BoolArray, left: int) -> tuple[int, int] | None:
    """Return the first frames from which a patch (H, W) of the last picture hardly moves, and does not move."""
    last = len(reader) - 1
    away = away_px(reader, Patch(frame=last, mask=there), landmarks, left)
    slow, resting = (until(away[::-1], limit, 2) for limit in (SLOW_PX, RESTING_PX))
    if slow is None or slow == 0:
        return None
    # A finger that nudges it at the very end does not make it settle there.
    resting = resting if resting is not None and resting > REST else slow
    return last - slow + 1, last - resting + 1


def _alone(reader: FrameReader, landmarks: Landmarks, there: BoolArray, settled: int) -> bool:
    """Tell whether what rests (H, W) is not held: no hand is at it, or one moved while it lay still."""
    last = len(reader) - 1
    hand = hands_mask(landmarks, last, there.shape, margin_px=HAND_PX)
    if not np.any(
        hand & cv2.dilate(there.astype(np.uint8), disc(2 * HAND_PX * there.shape[1] / WIDTH_PX)).astype(bool)
    ):
        return True
    palm = landmarks.joints_px[settled:, list(PALM)].mean(axis=1)
    seen = palm[np.isfinite(palm[:, 0])]
    if len(seen) < 2:
        return False
    lengths = [palm_px(joints) for joints in landmarks.joints_px[settled:] if np.isfinite(joints).all()]
    return float(np.hypot(*(seen - seen[-1]).T).max()) > LET_GO * float(np.median(lengths))


def stillness(
    reader: FrameReader, landmarks: Landmarks, found: Places | None, outline: BoolArray, classes: AppearanceClasses
) -> Stillness:
    """Return when the object lay still, and whether it is found where it ends.

    Args:
        reader: The recording.
        landmarks: Of the hands.
        found: Where it lies at first and at last.
        outline: (H, W) the object in the last picture, as it was followed.
        classes: Its colours.
    """
    if found is None:
        return NOWHERE
    last = len(reader) - 1
    picture = reader.color(last)
    skin = skin_in(landmarks, last, picture, classes)
    hand = hand_in(landmarks, last, picture)
    settled = found.settled if found.there is not None else _settled(reader, landmarks, outline, found.left)
    # What a hand hides may have changed; of what is drawn as hand only skin hides.
    changed = changed_since(reader, landmarks, last, found.left) | hand
    told = replace(
        NOWHERE,
        left=found.left,
        settled=None if settled is None else round((settled[0] + settled[1]) / 2),
        settling=0 if settled is None else settled[1] - settled[0],
        final_agreement=agreement(outline, picture, classes, skin, changed),
    )
    if found.there is None or not outline.any():
        return told
    return replace(
        told,
        final_overlap=overlap_beside_hand(outline, found.there.mask, found.there.unsure),
        final_away_px=float(np.hypot(*(_middle(found.there.mask & ~skin) - _middle(outline & ~skin)))),
        final_size_px=float(np.sqrt(np.count_nonzero(outline))),
    )


def _middle(mask: BoolArray) -> FloatArray:
    rows, columns = np.nonzero(mask)
    return np.array([columns.mean(), rows.mean()]) if len(rows) else np.full(2, np.inf)


def away_px(reader: FrameReader, patch: Patch, landmarks: Landmarks, first: int) -> FloatArray:
    """Return how far the patch is from where it was, px at `WIDTH_PX`, in every frame from `first` on.

    inf where it is gone, NaN where it is hidden. A camera that is bumped moves the whole picture, which does not count.
    """
    scale = min(1.0, WIDTH_PX / patch.mask.shape[1])
    unit = scale * patch.mask.shape[1] / WIDTH_PX
    whole = _scaled(patch.mask.astype(np.uint8), scale) > 0
    found = np.full(len(reader) - first, np.nan)
    rows, columns = np.nonzero(whole)
    if not len(rows):
        return found
    reach = max(3, round(REACH_PX * unit))
    edge = round(6 * unit)
    height, width = whole.shape
    top, left = max(rows.min() - edge, reach), max(columns.min() - edge, reach)
    bottom, right = min(rows.max() + edge + 1, height - reach), min(columns.max() + edge + 1, width - reach)
    if bottom - top < 4 or right - left < 4:
        return found
    cut = np.s_[top:bottom, left:right]
    grown = cv2.dilate(whole.astype(np.uint8), disc(2 * edge)).astype(bool)
    free = grown & ~hands_mask(landmarks, patch.frame, whole.shape, scale=scale, margin_px=HAND_PX)
    alone = _contrast(_scaled(reader.color(patch.frame), scale), unit)[cut]
    still = StillCamera(reader.color(patch.frame))
    for frame in range(first, len(reader)):
        shown = free & ~hands_mask(landmarks, frame, whole.shape, scale=scale, margin_px=HAND_PX)
        if np.count_nonzero(shown & whole) < SEEN * np.count_nonzero(whole):
            continue
        shift = still.shift(reader.color(frame)).px * width / SHIFT_PX
        x, y = np.round(shift).astype(int)
        around = np.s_[
            max(0, top + y - reach) : bottom + y + reach,
            max(0, left + x - reach) : right + x + reach,
        ]
        picture = _contrast(_scaled(reader.color(frame), scale), unit)[around]
        if picture.shape[:2] != (bottom - top + 2 * reach, right - left + 2 * reach):
            continue
        moved = _moved(alone, picture, shown[cut], reach)
        found[frame - first] = np.inf if moved is None else float(np.hypot(*(moved + np.round(shift) - shift))) / unit
    return found


def until(away: FloatArray, limit_px: float, lasting: int) -> int | None:
    """Return the first index from which the patch stays farther away than a limit in `lasting` seen frames."""
    known = np.flatnonzero(~np.isnan(away))
    out = away[known] > limit_px
    for k in range(len(known)):
        rest = out[k : k + lasting]
        if len(rest) >= min(lasting, 2) and rest.all():
            # Hidden frames before it may hold the first motion; it is not known to be earlier.
            return int(known[k])
    return None


def _moved(first: FloatArray, picture: FloatArray, shown: BoolArray, reach: int) -> FloatArray | None:
    """Return how far (2,) px the patch `first` (h, w, 3) is from the middle of `picture`, None if it is not there."""
    mask = np.repeat(shown[..., None], 3, axis=2).astype(np.float32)
    cost = np.asarray(cv2.matchTemplate(picture, first, cv2.TM_SQDIFF, mask=mask), dtype=np.float64)
    y, x = (int(k) for k in np.unravel_index(int(np.argmin(cost)), cost.shape))
    contrast = float(np.sum((first * mask) ** 2))
    if not cost[y, x] < 2 * ALIKE * max(contrast, 1e-6):
        return None
    return np.array([x + _vertex(cost[y], x) - reach, y + _vertex(cost[:, x], y) - reach], dtype=np.float64)


def _vertex(costs: FloatArray, k: int) -> float:
    """Return the place of the lowest point of a parabola through a minimum and its neighbours, -0.5 .. 0.5."""
    if not 0 < k < len(costs) - 1:
        return 0.0
    bend = costs[k - 1] - 2 * costs[k] + costs[k + 1]
    return float(0.5 * (costs[k - 1] - costs[k + 1]) / bend) if bend > 0 else 0.0


def _scaled(picture: Image, scale: float) -> Image:
    if scale == 1.0:
        return picture
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _contrast(picture: Image, unit: float) -> FloatArray:
    """Return (H, W, 3) float32 without what changes slowly over the picture."""
    calm = cv2.GaussianBlur(picture, (0, 0), 0.8 * unit).astype(np.float32)
    return np.asarray(calm - cv2.GaussianBlur(calm, (0, 0), SHADING_PX * unit), dtype=np.float32)
