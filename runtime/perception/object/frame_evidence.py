"""What a frame shows of an object, cut out around where it is expected."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.perception.object.pose_step import ObjectEvidence, Points
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses, near_hand


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """What object and hand look like, and where else the scene looks so."""

    classes: AppearanceClasses
    landmarks: Landmarks
    alike: BoolArray
    """(H, W) pixels where the scene itself looks like the object."""
    margin: int
    """px around the expected outline that are looked at."""

    def evidence(self, picture: Image, frame: int, polygon: FloatArray, points: Points, bias: float) -> ObjectEvidence:
        """Return what a frame shows.

        Args:
            picture: (H, W, 3) RGB.
            frame: Of the landmarks.
            polygon: (N, 2) px the expected outline.
            points: Tracked points that are seen.
            bias: px by which outlines are found outside the twin's.
        """
        height, width = picture.shape[:2]
        low = np.clip(np.nan_to_num(polygon.min(axis=0)) - self.margin, 0, [width - 2, height - 2]).astype(int)
        high = np.clip(np.nan_to_num(polygon.max(axis=0)) + self.margin, low + 2, [width, height]).astype(int)
        cut = np.s_[low[1] : high[1], low[0] : high[0]]
        crop = np.ascontiguousarray(picture[cut])
        drawn = near_hand(self.landmarks.joints_px[frame], height, width)
        drawn = drawn | near_hand(self.landmarks.other_px[frame], height, width)
        return ObjectEvidence(
            ratio=self.classes.object_ratio(crop, cut),
            hand=self.classes.hand(crop, drawn[cut]) | self.alike[cut],
            origin_px=low.astype(np.float64),
            outline_bias=bias,
            points=points,
        )
