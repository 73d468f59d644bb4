"""Small operations on masks, each without surprises at the picture's border."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image


def disc(diameter_px: float) -> Image:
    """Return a round structuring element of odd diameter."""
    size = max(1, round(diameter_px)) | 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), dtype=np.uint8)


def close_mask(mask: BoolArray, diameter_px: float) -> BoolArray:
    """Return the mask with gaps narrower than `diameter_px` closed; things at the border stay at the border."""
    kernel = disc(diameter_px)
    pad = kernel.shape[0]
    grown = cv2.copyMakeBorder(mask.astype(np.uint8), pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, kernel)[pad:-pad, pad:-pad]
    return closed.astype(bool)


def fill_holes(mask: BoolArray) -> BoolArray:
    """Return the mask with enclosed holes filled."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return filled.astype(bool)


def largest(mask: BoolArray, connectivity: int = 8) -> BoolArray:
    """Return the largest connected part of the mask."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=connectivity)
    if count < 2:
        return mask
    part: BoolArray = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return part


def background_share(mask: BoolArray, extent: BoolArray, excluded: BoolArray) -> float:
    """Return the share of the mask's outline that lies along the table's edge or along `excluded`.

    A thing standing on the table is surrounded by table; clutter behind it and the arm are not. The picture's own
    border does not count: a pan's handle may leave the picture.
    """
    ring = cv2.dilate(mask.astype(np.uint8), disc(5)).astype(bool) & ~mask
    total = np.count_nonzero(ring)
    outside = np.count_nonzero(ring & (~extent | excluded))
    return outside / total if total else 1.0


def beside(mask: BoolArray, other: BoolArray) -> float:
    """Return the share of a mask's outline that lies along another mask."""
    ring = cv2.dilate(mask.astype(np.uint8), disc(5)).astype(bool) & ~mask
    total = np.count_nonzero(ring)
    return float(np.count_nonzero(ring & other) / total) if total else 0.0


def outline(mask: BoolArray) -> FloatArray:
    """Return the outer contour (N, 2) px of the largest part, x then y, clockwise in the picture."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    longest: FloatArray = max(contours, key=len).reshape(-1, 2).astype(np.float64)
    return longest


def overlap(a: BoolArray, b: BoolArray) -> float:
    """Return intersection over union; 0 for two empty masks."""
    union = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / union) if union else 0.0


def box_of(mask: BoolArray) -> tuple[float, float, float, float]:
    """Return x, y, width, height (px) of a non-empty mask."""
    rows, columns = np.nonzero(mask)
    return float(columns.min()), float(rows.min()), float(np.ptp(columns) + 1), float(np.ptp(rows) + 1)
