"""Follow image points of the scene's objects: pyramidal Lucas-Kanade, checked forward and backward.

A point is visible where the check passes, the hand is not in front of it, and its colour is still its object's. Points
lost behind the hand are looked for again where the object's surviving points say they should be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image, IntArray
from skillc.runtime.perception.scene.mask_shapes import disc

EDGE = 0.1
"""ours: smallest ratio of a point's two gradient strengths; 1 at a right-angled corner, 0 on a straight edge."""


@dataclass(frozen=True, kw_only=True)
class TrackingSettings:
    """Parameters of the tracker; px at 960 px picture width."""

    points: int
    """Largest number of points per object."""
    spacing: float
    """px between points."""
    window: float
    """px, side of the Lucas-Kanade window."""
    round_trip: float
    """px, largest forward-backward error."""
    likeness: float
    """Smallest normalised correlation of a re-detected point's patch with its first patch."""


def detect(image: Image, mask: BoolArray, settings: TrackingSettings) -> FloatArray:
    """Return corners (K, 2) px on the mask, and a coarse grid where the object has no texture."""
    unit = image.shape[1] / 960
    gray = _gray(image)
    inner = cv2.erode(mask.astype(np.uint8), disc(7 * unit))
    corners = cv2.goodFeaturesToTrack(
        gray, settings.points, 0.01, settings.spacing * unit, mask=inner, blockSize=max(3, round(5 * unit))
    )
    found = corners.reshape(-1, 2).astype(np.float64) if corners is not None else np.zeros((0, 2))
    return found[_cornered(gray, found, max(3, round(5 * unit)))]


def _cornered(gray: Image, xy: FloatArray, block: int) -> BoolArray:
    """Return which points (K, 2) px are held in both directions: along a straight edge a window may slide unseen."""
    if not len(xy):
        return np.zeros(0, dtype=bool)
    strength = cv2.cornerEigenValsAndVecs(gray, block, 3)[:, :, :2]
    x, y = np.round(xy).astype(int).T
    firm: BoolArray = strength[y, x].min(axis=1) > EDGE * strength[y, x].max(axis=1)
    return firm


class Tracker:
    """Follows the points of all objects from frame to frame. One instance per pass over the recording."""

    def __init__(self, image: Image, points: FloatArray, object_index: IntArray, settings: TrackingSettings) -> None:
        """Start with points (K, 2) px in `image`, belonging to objects `object_index` (K,)."""
        self._settings = settings
        self._unit = image.shape[1] / 960
        self._gray = _gray(image)
        self._object = object_index
        self._first = points.copy()
        self._patches = [_patch(self._gray, xy, self._unit) for xy in points]
        self.xy = points.copy()
        self.visible = np.ones(len(points), bool)

    def step(self, image: Image, allowed: Callable[[FloatArray, IntArray], BoolArray]) -> None:
        """Move on to the next picture.

        Args:
            image: (H, W, 3) RGB.
            allowed: Given points (K, 2) px and their objects (K,), which of them may be visible there.
        """
        gray = _gray(image)
        before = self.visible.copy()
        moved, good = self._flow(self._gray, gray, self.xy)
        self.visible = before & good & allowed(moved, self._object)
        self.xy = np.where(before[:, None], moved, self.xy)
        for which in np.unique(self._object):
            self._find_again(gray, self._object == which, allowed)
        self._gray = gray

    def _flow(self, old: Image, new: Image, xy: FloatArray) -> tuple[FloatArray, BoolArray]:
        if not len(xy):
            return xy, np.zeros(0, bool)
        side = max(5, round(self._settings.window * self._unit) | 1)
        start = xy.astype(np.float32).reshape(-1, 1, 2)
        there, found = _lucas_kanade(old, new, start, side)
        back, returned = _lucas_kanade(new, old, there, side)
        error = np.linalg.norm((back - start).reshape(-1, 2), axis=1)
        good = (found.ravel() > 0) & (returned.ravel() > 0) & (error < self._settings.round_trip * self._unit)
        moved: FloatArray = there.reshape(-1, 2).astype(np.float64)
        good &= np.all((moved >= 2) & (moved < np.array(new.shape[::-1]) - 3), axis=1)
        return moved, good

    def _find_again(self, gray: Image, mine: BoolArray, allowed: Callable[[FloatArray, IntArray], BoolArray]) -> None:
        """Carry hidden points along with the object's visible ones, and take them up where their patch reappears."""
        seen, hidden = np.nonzero(mine & self.visible)[0], np.nonzero(mine & ~self.visible)[0]
        if len(seen) < 3 or not len(hidden):
            return
        carry, inliers = cv2.estimateAffinePartial2D(
            self._first[seen], self.xy[seen], ransacReprojThreshold=4.0 * self._unit, maxIters=200
        )
        if carry is None or inliers.sum() < 3:
            return
        guess = self._first[hidden] @ carry[:, :2].T + carry[:, 2]
        self.xy[hidden] = guess
        may = allowed(guess, self._object[hidden])
        for i, xy, free in zip(hidden, guess, may, strict=True):
            if not free:
                continue
            place = _match(gray, self._patches[i], xy, self._unit, self._settings.likeness)
            if place is not None:
                self.xy[i], self.visible[i] = place, True


def _gray(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _lucas_kanade(
    old: Image, new: Image, start: npt.NDArray[np.float32], side: int
) -> tuple[npt.NDArray[np.float32], Image]:
    flow: Any = cv2.calcOpticalFlowPyrLK
    there, found, _ = flow(old, new, start, None, winSize=(side, side), maxLevel=3)
    return there, found


def _patch(gray: Image, xy: FloatArray, unit: float) -> Image:
    half = max(3, round(7 * unit))
    patch = cv2.getRectSubPix(gray, (2 * half + 1, 2 * half + 1), (float(xy[0]), float(xy[1])))
    return np.asarray(patch, dtype=np.uint8)


def _match(gray: Image, patch: Image, xy: FloatArray, unit: float, likeness: float) -> FloatArray | None:
    reach = max(2, round(5 * unit))
    half = patch.shape[0] // 2 + reach
    x, y = round(float(xy[0])), round(float(xy[1]))
    if x - half < 0 or y - half < 0 or x + half >= gray.shape[1] or y + half >= gray.shape[0]:
        return None
    score = cv2.matchTemplate(gray[y - half : y + half + 1, x - half : x + half + 1], patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, at = cv2.minMaxLoc(score)
    if not best >= likeness:
        return None
    return np.array([x + at[0] - reach, y + at[1] - reach], dtype=np.float64)
