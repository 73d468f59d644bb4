"""Things that stand out on the table, cut out without their shadows and with their holes closed.

Ground is what the bare table reaches without crossing an edge: table colour, or table colour under less light. A cast
shadow fades into the table, an object does not, so shadows fall to the ground and table-coloured labels do not.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.perception.scene.mask_shapes import background_share, box_of, close_mask, disc, fill_holes, largest
from skillc.runtime.perception.scene.table_appearance import TableAppearance, edge_strength, lab_image


@dataclass(frozen=True, kw_only=True)
class SegmentationSettings:
    """Parameters of the segmentation; lengths in px hold at 960 px picture width and scale with it."""

    ground_sigmas: float
    """Pixels within this many standard deviations of the table's colour may be ground."""
    shadow_share: tuple[float, float]
    """Share of the table's light (linear) that a shadow leaves."""
    shadow_chroma: float
    """Largest relative difference of that share between the colour channels."""
    edge_sigmas: float
    """Colour change per px, in standard deviations of the table's colour, that ground does not cross."""
    smallest: int
    """Clusters with fewer pixels are noise."""
    closing: float
    """Gaps narrower than this belong to one thing (a label coloured like the table)."""
    band: float
    """Half width of the band along a cluster's outline that GrabCut decides."""
    border: float
    """Largest share of a cluster's outline along the table's edge; more is background or arm."""


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A region that stands out from the table and is taken for no thing on it."""

    mask: BoolArray
    """(H, W)."""
    reason: str

    def told(self) -> str:
        """Return what is said of it."""
        x, y, width, height = box_of(self.mask)
        return (
            f"{width:.0f} x {height:.0f} px at ({x + width / 2:.0f}, {y + height / 2:.0f}) are no thing: {self.reason}"
        )


@dataclass(frozen=True, kw_only=True)
class Segments:
    """What stands out from the table in one picture."""

    things: tuple[BoolArray, ...]
    """(H, W) each, largest first."""
    left_out: tuple[LeftOut, ...]


def segment(image: Image, appearance: TableAppearance, excluded: BoolArray, settings: SegmentationSettings) -> Segments:
    """Return one mask (H, W) per thing on the table, and what was taken for none.

    Args:
        image: (H, W, 3) RGB.
        appearance: The table in this picture.
        excluded: (H, W) pixels that are no object: fiducial, hand.
        settings: See `SegmentationSettings`.
    """
    unit = image.shape[1] / 960
    ground = ground_mask(image, appearance, settings)
    allowed = appearance.extent & ~excluded
    standing = close_mask(allowed & ~ground, settings.closing * unit)
    standing = fill_holes(standing) & allowed
    opened = cv2.morphologyEx(standing.astype(np.uint8), cv2.MORPH_OPEN, disc(7 * unit))
    least = settings.smallest * unit**2
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    found, left_out = [], []
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] < least:
            continue
        rough = labels == label
        border = background_share(rough, appearance.extent, excluded)
        if border > settings.border:
            told = f"{border:.0%} of the outline runs along the table's edge or a hand: background, an arm"
            left_out.append(LeftOut(mask=rough, reason=told))
            continue
        others = (labels != 0) & ~rough
        thing = refine(image, rough, allowed & ~others, settings)
        if np.count_nonzero(thing) >= least:
            found.append(thing)
        else:
            left_out.append(LeftOut(mask=rough, reason="its outline encloses hardly anything"))
    things = sorted(found, key=lambda mask: -int(np.count_nonzero(mask)))
    return Segments(things=tuple(things), left_out=tuple(left_out))


def ground_mask(image: Image, appearance: TableAppearance, settings: SegmentationSettings) -> BoolArray:
    """Return pixels (H, W) of bare or shaded table."""
    lab = lab_image(image)
    calm = (appearance.distance(lab) < settings.ground_sigmas) | shadow_mask(image, appearance, settings)
    free = calm & (edge_strength(image, appearance.sigma) < settings.edge_sigmas)
    opened = cv2.morphologyEx(free.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return largest(opened.astype(bool), connectivity=4)


def shadow_mask(image: Image, appearance: TableAppearance, settings: SegmentationSettings) -> BoolArray:
    """Return pixels (H, W) with the table's colour under less light, never bluer than the table."""
    expected = cv2.cvtColor(appearance.expected(), cv2.COLOR_LAB2RGB)
    # sRGB decoding by the usual 2.2 power is exact enough for ratios.
    light = (cv2.medianBlur(image, 5).astype(np.float32) / 255.0) ** 2.2
    share = light / np.maximum(expected**2.2, 1e-3)
    mean = share.mean(axis=-1)
    spread = (share.max(axis=-1) - share.min(axis=-1)) / np.maximum(mean, 1e-3)
    low, high = settings.shadow_share
    # Light bounced into a shadow comes off the warm side of lamps and skin; a bluer pixel is another material.
    dark: BoolArray = (mean > low) & (mean < high) & (spread < settings.shadow_chroma)
    return np.asarray(dark & (share[..., 0] > 0.95 * share[..., 2]))


def refine(image: Image, rough: BoolArray, allowed: BoolArray, settings: SegmentationSettings) -> BoolArray:
    """Return the cluster with its outline moved onto the colour boundary by GrabCut; `rough` if that fails."""
    height, width = rough.shape
    unit = width / 960
    rows, columns = np.nonzero(rough)
    margin = int(4 * settings.band * unit)
    cut = np.s_[
        max(0, rows.min() - margin) : min(height, rows.max() + margin + 1),
        max(0, columns.min() - margin) : min(width, columns.max() + margin + 1),
    ]
    inside = fill_holes(rough)[cut].astype(np.uint8)
    band = disc(2 * settings.band * unit)
    # A border of zeros would erode a thing that leaves the picture.
    core = cv2.erode(inside, band, borderType=cv2.BORDER_REPLICATE)
    around = cv2.dilate(inside, disc(settings.band * unit))
    guess = np.full(inside.shape, cv2.GC_BGD, np.uint8)
    guess[around > 0] = cv2.GC_PR_BGD
    guess[cv2.erode(inside, disc(5 * unit), borderType=cv2.BORDER_REPLICATE) > 0] = cv2.GC_PR_FGD
    guess[core > 0] = cv2.GC_FGD
    guess[~allowed[cut]] = cv2.GC_BGD
    if not (np.any(core) and np.any(guess == cv2.GC_BGD)):
        return rough
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    grab: Any = cv2.grabCut
    grab(np.ascontiguousarray(image[cut][..., ::-1]), guess, None, background, foreground, 2, cv2.GC_INIT_WITH_MASK)
    full = np.zeros((height, width), bool)
    full[cut] = (guess == cv2.GC_FGD) | (guess == cv2.GC_PR_FGD)
    closed = close_mask(full, settings.closing * unit) & allowed
    opened = cv2.morphologyEx(closed.astype(np.uint8), cv2.MORPH_OPEN, disc(5 * unit)).astype(bool)
    result = fill_holes(largest(opened)) & allowed
    return result if np.count_nonzero(result) > 0.6 * np.count_nonzero(rough) else rough
