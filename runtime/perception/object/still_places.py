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
from skillc.runtime.perception.object.arrival import arrived, changed_since, hand_in, overlap_beside_hand
from skillc.runtime.perception.recording.camera_shift import WIDTH_PX as SHIFT_PX
from skillc.runtime.perception.recording.camera_shift import StillCamera
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses, near_hand
from skillc.runtime.perception.scene.hand_region import hands_mask
from skillc.runtime.perception.scene.mask_shapes import disc

WIDTH_PX = 960
"""ours: of the pictures that are compared; a px there is what the paper's thresholds are meant in."""
REACH_PX = 10
"""ours: how far the patch is looked for; beyond 4 px it has left."""
SEEN = 0.3
"""ours: share of the object that must not be behind the hand for its place to be read."""
ALIKE = 0.5
"""ours: share of the patch's contrast that may differ; fingers at its rim take 0.2, another thing in its place 1."""
LEFT_PX, SETTLED_PX, LASTING_S = 4.0, 3.0, 0.17
"""A.2.1's delta_c; ours: later motion below 3 px is fidgeting; a fifth of a second outlasts a passing finger."""
HAND_PX = 12
"""ours: px around a drawn hand that may still be hand."""
SHADING_PX = 8.0
"""ours: brightness is compared only below this scale: the hand's shadow is wider."""


@dataclass(frozen=True, kw_only=True)
class Patch:
    """An object as one picture shows it."""

    frame: int
    mask: BoolArray
    """(H, W) its pixels in that frame."""


NOWHERE = Stillness(
    left=None, settled=None, final_overlap=None, final_away_px=None, final_agreement=None, final_size_px=None
)
"""The pictures do not show that it moves."""


def stillness(
    reader: FrameReader, landmarks: Landmarks, start: BoolArray, outline: BoolArray, classes: AppearanceClasses
) -> Stillness:
    """Return when the object lay still, and whether it is found where it ends.

    Args:
        reader: The recording.
        landmarks: Of the hands.
        start: (H, W) the object in the reference picture.
        outline: (H, W) the object in the last picture, as it was followed.
        classes: Its colours.
    """
    first, last = reader.recording.reference_frame, len(reader) - 1
    lasting = max(3, round(LASTING_S * reader.recording.fps))
    left = until(away_px(reader, Patch(frame=first, mask=start), landmarks, first), LEFT_PX, lasting)
    if left is None:
        return NOWHERE
    left += first
    there = arrived(reader, landmarks, start, outline, left)
    end = away_px(reader, Patch(frame=last, mask=outline if there is None else there), landmarks, left)
    back = until(end[::-1], SETTLED_PX, 2)
    picture = reader.color(last)
    hand = hand_in(landmarks, last, picture)
    height, width = outline.shape
    drawn = near_hand(landmarks.joints_px[last], height, width) | near_hand(landmarks.other_px[last], height, width)
    # What a hand hides may have changed; of what is drawn as hand only skin hides.
    changed = changed_since(reader, landmarks, last, left) | hand
    found = replace(
        NOWHERE,
        left=left,
        settled=None if back is None or back == 0 else last - back + 1,
        final_agreement=agreement(outline, picture, classes, classes.hand(picture, drawn), changed),
    )
    if there is None or not outline.any():
        return found
    return replace(
        found,
        final_overlap=overlap_beside_hand(outline, there, hand),
        final_away_px=float(np.hypot(*(_middle(there & ~hand) - _middle(outline & ~hand)))),
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
