"""Find an object's outline near where it is expected: along normals, where the colour stops being the object's."""

from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.perception.scene.mask_shapes import disc
from skillc.runtime.perception.scene.silhouette import resample

HAND_MARGIN_PX = 7
"""ours: twice the blur of edges in compressed video."""


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """Outline points that were found."""

    xy_px: FloatArray
    """(N, 2)."""
    sigma_px: FloatArray
    """(N,) one standard deviation along the normal."""
    seen: float
    """Share of the expected outline that was not hidden."""


def search(
    ratio: FloatArray, hand: BoolArray, polygon: FloatArray, *, samples: int, reach_px: int, sigma_px: float
) -> Boundary:
    """Search along the normals of an expected outline.

    Args:
        ratio: (H, W) log ratio of object against everything else.
        hand: (H, W) pixels where the hand is in front.
        polygon: (M, 2) expected convex outline, px.
        samples: Points along it.
        reach_px: How far inward and outward to look.
        sigma_px: Standard deviation of a clear boundary.

    A boundary beside the hand is where the hand begins, not where the object ends: it is left out.
    """
    height, width = ratio.shape
    at = resample(polygon, samples)
    tangent = np.roll(at, -1, axis=0) - np.roll(at, 1, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    if np.sum(normal * (at - at.mean(axis=0))) < 0:
        normal = -normal
    offsets = np.arange(-reach_px, reach_px + 1)
    places = at[:, None, :] + offsets[None, :, None] * normal[:, None, :]
    columns, rows = np.round(places[..., 0]).astype(int), np.round(places[..., 1]).astype(int)
    inside_picture = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    columns, rows = np.clip(columns, 0, width - 1), np.clip(rows, 0, height - 1)
    profile = np.where(inside_picture, ratio[rows, columns], 0.0)
    covered = hand[rows, columns]
    profile = np.where(covered, 0.0, profile)
    # Evidence for "the object ends after sample k": object-like before it, unlike after it.
    total = profile.sum(axis=1, keepdims=True)
    evidence = 2 * np.cumsum(profile, axis=1) - total
    # A mild pull to the expected place decides between equally good ones.
    evidence = evidence - 0.5 * (offsets / reach_px)[None, :] ** 2
    best = np.argmax(evidence, axis=1)
    row = np.arange(samples)
    inner = np.take_along_axis(profile, np.maximum(best[:, None] - np.arange(4), 0), axis=1).mean(axis=1)
    outer_index = np.minimum(best[:, None] + 1 + np.arange(5), len(offsets) - 1)
    outer = np.take_along_axis(profile, outer_index, axis=1).mean(axis=1)
    # Fingers blur over a few pixels: a boundary near the hand is the hand's.
    beside = cv2.dilate(hand.astype(np.uint8), disc(HAND_MARGIN_PX))[rows, columns] > 0
    beside_hand = np.take_along_axis(beside, outer_index, axis=1).any(axis=1) | beside[row, best]
    contrast = inner - outer
    whole = inside_picture.all(axis=1)
    good = whole & ~beside_hand & (contrast > 0.5) & (outer < 0.0) & (best > 0) & (best < len(offsets) - 1)
    hidden = covered[:, reach_px - 2 : reach_px + 3].mean(axis=1) > 0.5
    found = at + (offsets[best][:, None] + 0.5) * normal
    sigma = sigma_px * np.clip(3.0 / np.maximum(contrast, 1e-3), 1.0, 4.0)
    return Boundary(xy_px=found[good], sigma_px=sigma[good], seen=float(np.mean(whole & ~hidden)))
