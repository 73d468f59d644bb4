"""What left its place during the demonstration, seen against the table that it uncovers.

A thing that is carried away shows afterwards what it stood on. So its whole outline stands out against that picture,
whatever its colour: a table-coloured bowl, contents, a handle. Shadows change too, but fade into the table without an
edge; the hand and the arm are left out. Guarantees nothing for a thing that never uncovers where it stood.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.perception.scene.mask_shapes import disc, fill_holes

WIDTH_PX = 640
"""ours: of the pictures that are compared; a thing of 400 px at 960 px width has 180 here."""
NOISE = np.array([1.5, 0.8, 1.2], np.float32)
"""ours: standard deviation of CIELAB in compressed video of an even surface, as of the table's colour."""
CHANGED = 3.0
"""ours: standard deviations; 1 in 400 pixels of a still scene lies outside, and single ones are opened away."""
MOMENTS = 90
"""ours: frames that are compared; a second of 30 Hz video holds ten of a 9 s demonstration."""
LATE = 0.75
"""ours: share of the recording after which what was taken has left its place."""
EDGE = 0.6
"""ours: standard deviations per px; penumbras stay below, edges of things blurred over 3 px reach 1.5 at 4.5 sigmas."""
SHADE = (0.45, 0.99)
"""ours: share of the light that a cast shadow leaves in a lit room."""
TINT = 0.12
"""ours: relative difference of that share between the colour channels."""


@dataclass(frozen=True, kw_only=True)
class Uncovered:
    """The pixels whose content left, in the reference picture's own resolution."""

    thing: BoolArray
    """(H, W) what stood there left it; shadows and the hand are not among them."""
    arrived: BoolArray
    """(H, W) something came to rest there."""
    left: FloatArray
    """(H, W) frame after which the reference picture's content is gone; NaN where nothing changed."""
    background: Image
    """(H, W, 3) RGB of the end of the recording without the hand."""


def uncovered(
    reference: Image,
    pictures: Sequence[Image],
    frames: Sequence[int],
    hands: Sequence[BoolArray],
    table: FloatArray,
) -> Uncovered | None:
    """Compare a recording with its end.

    Args:
        reference: (H, W, 3) RGB picture of the scene at rest.
        pictures: RGB pictures of the recording from the reference frame on, at `WIDTH_PX` as `shrunk` makes them.
        frames: Their frame numbers.
        hands: (h, w) pixels of hands and arms in each of them.
        table: (H, W, 3) CIELAB of the bare table, as far as it is known.

    Returns:
        None where the hand covers everything at the end.
    """
    first = shrunk(reference)
    height, width = first.shape[:2]
    before = _lab(first)
    end = [k for k in range(len(pictures)) if frames[k] >= frames[0] + LATE * (frames[-1] - frames[0])]
    last = _median([pictures[k] for k in end], [hands[k] for k in end])
    known = np.isfinite(last[..., 0])
    if not known.any():
        return None
    after = np.where(known[..., None], last, before)
    changed, step = _changed(before, after, known)
    changed &= ~hands[0]
    bare = cv2.resize(table.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    was, became = (np.sqrt(np.mean(((lab - bare) / NOISE) ** 2, axis=-1)) for lab in (before, after))
    shaded = _shaded(first, _rgb(after), step, changed)
    came = changed & ~shaded & (became >= was)
    # The shadow of what was put down is a ring around it: no thing with a hole.
    thing = fill_holes(changed & ~shaded & (became < was)) & ~came
    left = _left(before, after, pictures, frames, hands)
    size = (reference.shape[1], reference.shape[0])
    return Uncovered(
        thing=_enlarged(thing, size),
        arrived=_enlarged(came, size),
        left=np.where(_enlarged(changed, size), cv2.resize(left, size, interpolation=cv2.INTER_NEAREST), np.nan),
        background=np.asarray(cv2.resize(_rgb(after), size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8),
    )


def changed_between(before: Sequence[Image], hands: Sequence[BoolArray], after: Image, hand: BoolArray) -> BoolArray:
    """Return where (h, w) a picture differs from the median of earlier ones, hands and shadows left out.

    Args:
        before: Pictures as `shrunk` makes them.
        hands: (h, w) pixels of the hands in each of them.
        after: The later picture.
        hand: (h, w) pixels of the hands in it.
    """
    early, late = _median(before, hands), _lab(after)
    known = np.isfinite(early[..., 0]) & ~hand
    early = np.where(known[..., None], early, late)
    changed, step = _changed(late, early, known)
    found: BoolArray = changed & ~_shaded(after, _rgb(early), step, changed)
    return found


def _changed(one: FloatArray, other: FloatArray, known: BoolArray) -> tuple[BoolArray, FloatArray]:
    """Return where (h, w) two pictures differ, and by how much (h, w, 3) in standard deviations."""
    step = (one - other) / NOISE
    # Exposure drifts as a whole; what moved is the smaller part.
    step -= np.median(step[known], axis=0)
    apart = np.sqrt(np.mean(step**2, axis=-1))
    changed = known & (apart > max(CHANGED, 3.0 * float(np.median(apart[known]))))
    return cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, disc(3)).astype(bool), step


def shrunk(picture: Image) -> Image:
    """Return a picture at `WIDTH_PX`, or as it is where it is smaller."""
    scale = min(1.0, WIDTH_PX / picture.shape[1])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _lab(picture: Image) -> FloatArray:
    lab = cv2.cvtColor(cv2.medianBlur(np.ascontiguousarray(picture), 3), cv2.COLOR_RGB2LAB).astype(np.float32)
    return np.asarray(lab * np.array([100 / 255, 1, 1], np.float32) - np.array([0, 128, 128], np.float32))


def _rgb(lab: FloatArray) -> Image:
    rgb = cv2.cvtColor(np.nan_to_num(lab).astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.clip(rgb * 255, 0, 255), dtype=np.uint8)


def _median(pictures: Sequence[Image], hands: Sequence[BoolArray]) -> FloatArray:
    """Return the temporal median (h, w, 3) CIELAB without the hands; NaN where they always are."""
    stack = np.stack([np.where(hand[..., None], np.nan, _lab(p)) for p, hand in zip(pictures, hands, strict=True)])
    covered = np.isnan(stack[..., 0]).all(axis=0)
    stack[:, covered] = 0.0
    found: FloatArray = np.nanmedian(stack, axis=0)
    found[covered] = np.nan
    return found


def _shaded(before: Image, after: Image, step: FloatArray, changed: BoolArray) -> BoolArray:
    """Return the changed pixels (h, w) that unchanged ones reach over a fading shadow, without crossing an edge."""
    light = [(p.astype(np.float32) / 255) ** 2.2 + 1e-3 for p in (before, after)]
    share = light[0] / light[1]
    mean = share.mean(axis=-1)
    tinted = (share.max(axis=-1) - share.min(axis=-1)) / mean
    # A shadow at the end brightens the reference's place; either way round it is the same colour in other light.
    dark = np.minimum(mean, 1 / mean)
    may_be = (dark > SHADE[0]) & (dark < SHADE[1]) & (tinted < TINT)
    calm = cv2.GaussianBlur(step.astype(np.float32), (0, 0), 1.0)
    edge = np.zeros(before.shape[:2], np.float32)
    for channel in range(3):
        along_x = cv2.Sobel(calm[..., channel], cv2.CV_32F, 1, 0, scale=0.125)
        along_y = cv2.Sobel(calm[..., channel], cv2.CV_32F, 0, 1, scale=0.125)
        edge = np.maximum(edge, np.hypot(along_x, along_y))
    passable = (~changed | may_be) & (edge < EDGE)
    _, labels = cv2.connectedComponents(passable.astype(np.uint8), connectivity=4)
    reached = np.unique(labels[passable & ~changed])
    shaded: BoolArray = changed & passable & np.isin(labels, reached)
    return shaded


def _left(
    before: FloatArray,
    after: FloatArray,
    pictures: Sequence[Image],
    frames: Sequence[int],
    hands: Sequence[BoolArray],
) -> FloatArray:
    """Return (h, w) the frame after which each pixel is like the end rather than like the reference.

    The frame that most of the others agree with: those before it look like the reference, those after like the end.
    """
    total, best = (np.zeros(before.shape[:2], np.float32) for _ in range(2))
    when = np.full(before.shape[:2], float(frames[0]), np.float32)
    for k, (picture, hand) in enumerate(zip(pictures, hands, strict=True)):
        now = _lab(picture)
        here = np.sum(((now - before) / NOISE) ** 2, axis=-1) < np.sum(((now - after) / NOISE) ** 2, axis=-1)
        total += np.where(hand, 0.0, np.where(here, 1.0, -1.0)).astype(np.float32)
        higher = total > best
        best[higher], when[higher] = total[higher], frames[min(k + 1, len(frames) - 1)]
    return np.asarray(when)


def _enlarged(mask: BoolArray, size: tuple[int, int]) -> BoolArray:
    """Return a mask in another size (width, height), its outline smoothed over a pixel of the smaller."""
    wide = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide > 0.5)
