"""By how much the whole picture is shifted between two frames: a camera that is bumped, or a cut."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image

WIDTH_PX = 480
"""ours: of the pictures that are compared; half a pixel of it is a pixel at 960."""
CORNERS = 200
"""ours: points that are followed; hundreds, of which a person covers a part."""
TOGETHER_PX = 0.7
"""ours: points of the room move by the same within this, for all the noise of tracking."""
NOISE_PX = 0.4
"""ours: still cameras stayed below 0.2 px over fifteen recordings."""
AGREED = 0.15
"""ours: share of the points that must move by the same to show the same room; after a cut it is chance, below 0.03."""

WIDE = 0.6
"""ours: share of the picture's width and height over which the points of a room are spread."""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Against another frame."""

    px: FloatArray
    """(2,) of the picture at `WIDTH_PX`; 0 below the noise."""
    clear: bool
    """Whether the two show one scene."""


class StillCamera:
    """The corners of one picture, to tell whether the camera still stands where it stood."""

    def __init__(self, picture: Image) -> None:
        """Take the corners of a picture (H, W, 3) RGB."""
        self._gray = _small_gray(picture)
        found = cv2.goodFeaturesToTrack(self._gray, CORNERS, 0.01, 8)
        self._corners = np.zeros((0, 1, 2), np.float32) if found is None else found.astype(np.float32)

    def shift(self, picture: Image) -> Shift:
        """Return by how much most of the corners are shifted in another picture by the same amount."""
        nothing = np.zeros(2)
        if len(self._corners) < 10:
            return Shift(px=nothing, clear=True)
        flow: Any = cv2.calcOpticalFlowPyrLK
        there, found, _ = flow(self._gray, _small_gray(picture), self._corners, None, winSize=(15, 15), maxLevel=3)
        steps = (there - self._corners).reshape(-1, 2)[found.ravel() > 0].astype(np.float64)
        if not len(steps):
            return Shift(px=nothing, clear=False)
        together = np.linalg.norm(steps[:, None] - steps, axis=2) < TOGETHER_PX
        most = int(np.argmax(together.sum(axis=1)))
        share = together[most].sum() / len(self._corners)
        px = steps[together[most]].mean(axis=0)
        places = self._corners.reshape(-1, 2)[found.ravel() > 0][together[most]].astype(np.float64)
        moved = share > AGREED and np.hypot(*px) > NOISE_PX and self._wide(places)
        return Shift(
            px=px if moved else nothing,
            clear=bool(share > AGREED) or not self._wide(self._corners[:, 0].astype(np.float64)),
        )

    def _wide(self, places: FloatArray) -> bool:
        """Whether points (N, 2) lie all over the picture: those on one thing move with it."""
        return bool(np.all(np.ptp(places, axis=0) > WIDE * np.array(self._gray.shape[::-1])))


def _small_gray(picture: Image) -> Image:
    size = (WIDTH_PX, max(8, round(picture.shape[0] * WIDTH_PX / picture.shape[1])))
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def spans(active: BoolArray) -> str:
    """Return the frames of (T,) that are True as text: "3, 7 to 12"."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(int)))
    return ", ".join(f"{a}" if b - a == 1 else f"{a} to {b - 1}" for a, b in edges.reshape(-1, 2))
