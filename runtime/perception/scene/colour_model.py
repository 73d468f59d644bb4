"""How much more a colour speaks for an object than for what surrounds it."""

from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image, IntArray

_BINS = 32
"""Cells per CIELAB channel: 8 levels of the 8-bit codes, about the codec's noise."""


@dataclass(frozen=True, kw_only=True)
class ColourModel:
    """Log-likelihood ratios of colours, from pixels seen on and off the object."""

    table: FloatArray
    """(32, 32, 32) natural-log ratio object : surroundings, clipped."""

    def ratio(self, image: Image) -> FloatArray:
        """Return (H, W) float32 log ratios of an RGB picture; positive speaks for the object."""
        code = _codes(np.ascontiguousarray(image))
        found: FloatArray = self.table[code[..., 0], code[..., 1], code[..., 2]]
        return found


def learn(inside: Image, outside: Image, *, limit: float) -> ColourModel:
    """Return the model of pixels (N, 3) uint8 RGB on the object against pixels (M, 3) off it.

    Args:
        inside: The object's pixels.
        outside: Pixels of table, hand and other things.
        limit: Largest absolute log ratio; colours never seen say 0.
    """
    object_share, other_share = _histogram(inside), _histogram(outside)
    # A floor of one part in 20,000 keeps unseen colours at 0 instead of at the noise of the smoothing.
    ratio = np.log((object_share + 5e-5) / (other_share + 5e-5))
    return ColourModel(table=np.clip(ratio, -limit, limit).astype(np.float32))


def learn_from_masks(
    image: Image, inside: BoolArray, outside: BoolArray, *, limit: float, extra: Image | None = None
) -> ColourModel:
    """Return the model from masks (H, W) in one RGB picture, and `extra` pixels (M, 3) off the object."""
    off = image[outside]
    if extra is not None and len(extra):
        # Hand and surroundings count alike however many pixels each has.
        repeat = max(1, len(off) // (2 * len(extra)))
        off = np.concatenate([off, np.repeat(extra, repeat, axis=0)])
    return learn(image[inside], off, limit=limit)


def _codes(image: Image) -> IntArray:
    """Return the cell (H, W, 3) of each pixel."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), dtype=np.int64) >> 3


def _histogram(pixels: Image) -> FloatArray:
    code = _codes(np.ascontiguousarray(pixels).reshape(-1, 1, 3)).reshape(-1, 3)
    flat = (code[:, 0] * _BINS + code[:, 1]) * _BINS + code[:, 2]
    counts = np.bincount(flat, minlength=_BINS**3).astype(np.float64).reshape(_BINS, _BINS, _BINS)
    for axis in range(3):
        counts = (np.roll(counts, 1, axis) + 2 * counts + np.roll(counts, -1, axis)) / 4
    return np.asarray(counts / max(float(counts.sum()), 1.0))
