"""An RGB-D folder: color/*.png|jpg, depth/*.png (uint16, aligned), and camera.json with the intrinsics.

`camera.json` = {"width", "height", "fx", "fy", "cx", "cy" (px), "depth_unit_m" (metres per depth unit),
"fps" (Hz), "time_s" (optional list, seconds per frame), "distortion" (optional list)}. A folder without it takes
intrinsics and rate from the spec.
"""

from pathlib import Path

import cv2
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import decoded, read_picture
from skillc.runtime.perception.recording.video import cut

PICTURES = (".png", ".jpg", ".jpeg")


class RgbdFolderSource:
    """Frames of an RGB-D folder, in the order of their file names."""

    def __init__(self, path: Path, region: tuple[int, int, int, int], depth_unit_m: float) -> None:
        """List the files of `path`; `region` is x, y, width, height, px."""
        self._region, self._unit = region, depth_unit_m
        self._color = pictures(path / "color")
        self._depth = pictures(path / "depth")

    def __len__(self) -> int:
        return len(self._color)

    def color(self, index: int) -> Image:
        """Return frame `index`."""
        return cut(read_picture(self._color[index]), self._region)

    def depth(self, index: int) -> FloatArray | None:
        """Return frame `index` in metres; 0 in the file means invalid and becomes NaN."""
        if not self._depth:
            return None
        raw = read_depth(self._depth[index])
        x, y, width, height = self._region
        metres = raw[y : y + height, x : x + width] * self._unit
        return np.where(metres > 0, metres, np.nan)

    def close(self) -> None:
        """Nothing is held open."""


def pictures(folder: Path) -> list[Path]:
    """Return the picture files of `folder` sorted by name; empty if there is none."""
    return sorted(p for p in folder.glob("*") if p.suffix.lower() in PICTURES)


def read_depth(path: Path) -> FloatArray:
    """Return a 16-bit depth PNG as (H, W) float64 in raw units.

    Raises:
        InputFault: unreadable, lossy, 8-bit, or with more than one channel.
    """
    raw = decoded(path, cv2.IMREAD_UNCHANGED)
    if path.suffix.lower() != ".png" or raw.dtype != np.uint16 or raw.ndim != 2:
        lossy = path.suffix.lower() != ".png"
        kind = "a lossy JPEG" if lossy else f"{raw.dtype.itemsize * 8}-bit with {raw.ndim} dimensions"
        raise InputFault(
            "SK815",
            f"{path.name}: depth is {kind}; expected 16-bit single-channel PNG",
            "export depth as uint16 PNG, not as a coloured or 8-bit picture",
        )
    return raw.astype(np.float64)
