"""How well an outline agrees with the pixels that look like the object there, wherever it is and whoever holds it."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses
from skillc.runtime.perception.scene.mask_shapes import close_mask, disc

OPENING_PX, CLOSING_PX = 3, 7
"""ours: px at 960 px width; single pixels of the object's colour, and print on it."""
SEEN = 0.2
"""ours: share of an outline beside the hand below which what is left of it says nothing."""


def agreement(
    outline: BoolArray, picture: Image, classes: AppearanceClasses, hand: BoolArray, changed: BoolArray
) -> float | None:
    """Return the overlap of an outline with what looks like the object in and around it; None where it is hidden.

    Args:
        outline: (H, W) the object as it was followed.
        picture: (H, W, 3) RGB.
        classes: The object's colours, and those of what is around it.
        hand: (H, W) pixels of hands; they count neither way.
        changed: (H, W) pixels that do not show the scene before the object moved. Elsewhere it cannot be.
    """
    own = outline & ~hand
    if not np.count_nonzero(own) > SEEN * np.count_nonzero(outline):
        return None
    unit = outline.shape[1] / 960
    reach = disc(np.sqrt(np.count_nonzero(outline)))
    around = cv2.dilate(outline.astype(np.uint8), reach).astype(bool)
    ratio = cv2.medianBlur(np.asarray(classes.object_ratio(picture), dtype=np.float32), 5)
    alike = (np.asarray(ratio) > 0) & around & changed & ~hand
    alike = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_OPEN, disc(OPENING_PX * unit)).astype(bool)
    alike = close_mask(alike, CLOSING_PX * unit) & ~hand
    return float(np.count_nonzero(own & alike) / np.count_nonzero(own | alike))
