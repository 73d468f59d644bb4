"""Object, surroundings and hand told apart by colour, for one recording."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.perception.scene.colour_model import ColourModel, learn
from skillc.runtime.perception.scene.hand_region import BONES, hand_mask, palm_px
from skillc.runtime.perception.scene.mask_shapes import disc

UNLIKE, UNLIKE_OTHERS = -0.5, -1.5
"""ours: log ratios below which a colour speaks against the object: on the table, and on other things (4.5 : 1)."""


@dataclass(frozen=True, kw_only=True)
class AppearanceClasses:
    """Colour models of one object against everything else and against the hand."""

    against_table: ColourModel
    """Object against the table around it."""
    against_others: ColourModel
    """Object against the other things it may come in front of."""
    others: BoolArray
    """(H, W) where those stand."""
    against_hand: ColourModel | None
    """Object against the hand's skin; None where no hand was seen."""

    def object_ratio(self, image: Image, cut: tuple[slice, slice] = np.s_[:, :]) -> FloatArray:
        """Return log ratios (h, w) of object against the likelier of scene and hand, for `image` = picture[cut]."""
        ratio = self.scene_ratio(image, cut)
        return ratio if self.against_hand is None else np.minimum(ratio, self.against_hand.ratio(image))

    def scene_ratio(self, image: Image, cut: tuple[slice, slice] = np.s_[:, :]) -> FloatArray:
        """Return log ratios (h, w) of object against the scene alone: what is far from hands is not skin."""
        ratio = self.against_table.ratio(image)
        others = self.others[cut]
        # Each place is compared with what is known to be there: a black cap is clear on a light table, not on a pan.
        if not others.any():
            return ratio
        return np.asarray(np.where(others, self.against_others.ratio(image), ratio))

    def ambiguous(self, reference: Image, mask: BoolArray) -> BoolArray:
        """Return (H, W) where the scene without the object already looks like it: nothing can be told there.

        Args:
            reference: (H, W, 3) RGB picture in which `mask` holds.
            mask: (H, W) the object's pixels.
        """
        # The median keeps lone pixels of the right colour from hiding everything.
        ratio = cv2.medianBlur(self.scene_ratio(reference, np.s_[:, :]), 5)
        own = cv2.dilate(mask.astype(np.uint8), disc(7)).astype(bool)
        alike = ((ratio > np.where(self.others, UNLIKE_OTHERS, UNLIKE)) & ~own).astype(np.uint8)
        return cv2.dilate(cv2.morphologyEx(alike, cv2.MORPH_OPEN, disc(5)), disc(5)).astype(bool)

    def hand(self, image: Image, drawn: BoolArray) -> BoolArray:
        """Return the pixels (H, W) of `drawn` (near the hand's landmarks) that are coloured like skin, not object."""
        if self.against_hand is None or not drawn.any():
            return drawn
        skin = (self.against_hand.ratio(image) < 0.0).astype(np.uint8)
        return np.asarray(drawn & cv2.morphologyEx(skin, cv2.MORPH_OPEN, disc(3)).astype(bool))

    def hand_at(self, image: Image, drawn: BoolArray, xy_px: FloatArray) -> BoolArray:
        """Return (K,) whether the hand is in front at pixels (K, 2): most of a 5 px patch is coloured like skin."""
        height, width = drawn.shape
        at = np.round(xy_px).astype(int)
        hidden = np.zeros(len(at), bool)
        for i, (x, y) in enumerate(at):
            if 2 <= x < width - 2 and 2 <= y < height - 2 and drawn[y, x]:
                patch = image[y - 2 : y + 3, x - 2 : x + 3]
                hidden[i] = self.against_hand is None or np.mean(self.against_hand.ratio(patch) < 0.0) > 0.5
        return hidden


def near_hand(joints_px: FloatArray, height: int, width: int) -> BoolArray:
    """Return (H, W) where the hand may be: its drawn shape, grown by a finger's half width."""
    drawn = hand_mask(joints_px, height, width)
    if not drawn.any():
        return drawn
    return cv2.dilate(drawn.astype(np.uint8), disc(0.3 * palm_px(joints_px))).astype(bool)


def learn_classes(
    reference: Image,
    mask: BoolArray,
    others: BoolArray,
    joints_px: FloatArray,
    pictures: Sequence[Image],
    limit: float,
) -> AppearanceClasses:
    """Learn the classes of one object.

    Args:
        reference: (H, W, 3) RGB picture in which `mask` holds.
        mask: (H, W) the object's pixels.
        others: (H, W) pixels of other things it may come in front of.
        joints_px: (P, 21, 2) hand landmarks of `pictures`, NaN where there is no hand.
        pictures: RGB pictures in which the hand's colour is looked up.
        limit: Largest absolute log ratio.
    """
    inner = cv2.erode(mask.astype(np.uint8), disc(3)).astype(bool)
    apart = ~cv2.dilate(mask.astype(np.uint8), disc(9)).astype(bool)
    # What it moves over: the table around it and the other things. The room behind does not count: a black cap
    # must not be taken for the dark behind the table.
    around = cv2.dilate(mask.astype(np.uint8), disc(251 * mask.shape[1] / 960)).astype(bool)
    inside = reference[inner if inner.any() else mask]
    grown = cv2.dilate(others.astype(np.uint8), disc(9)).astype(bool) & apart
    table = reference[apart & around & ~grown]
    skin = [
        pixels for picture, joints in zip(pictures, joints_px, strict=True) if len(pixels := _skin(picture, joints))
    ]
    return AppearanceClasses(
        against_table=learn(inside, table, limit=limit),
        against_others=learn(inside, reference[grown] if grown.any() else table, limit=limit),
        others=grown,
        against_hand=learn(inside, np.concatenate(skin), limit=limit) if skin else None,
    )


def _skin(picture: Image, joints: FloatArray) -> Image:
    """Return pixels (N, 3) along the bones of palm and fingers, where only skin is."""
    if not np.all(np.isfinite(joints)):
        return np.zeros((0, 3), np.uint8)
    line = np.zeros(picture.shape[:2], np.uint8)
    points = np.round(joints).astype(int)
    for a, b in BONES:
        cv2.line(line, tuple(map(int, points[a])), tuple(map(int, points[b])), 1, max(1, round(0.06 * palm_px(joints))))
    found: Image = picture[line > 0]
    return found
