"""What a video nobody has described yet shows: one view or two side by side, and which printed tag lies in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.perception.camera.fiducial import TagDetection, other_families
from skillc.runtime.perception.camera.tag_families import APRILTAG_CELLS
from skillc.runtime.perception.recording.camera_of import Region
from skillc.runtime.perception.recording.frames import FrameReader

SEAM_RATIO = 4.0
"""ours: a seam between two views differs this many times more than the columns around it; four side-by-side clips
showed 59 to 187 at the median row, three single views below 1."""
SEAM_SHARE = 0.6
"""ours: in this share of rows, because two views of one table may agree along some of them."""


@dataclass(frozen=True, kw_only=True)
class SeenTag:
    """The tag a camera can be calibrated by."""

    family: str
    id: int
    share: float
    """Of the pictures in which it was found."""
    corners_px: FloatArray
    """(4, 2) px, median over the pictures."""


class Moments:
    """Some frames of one part of a recording, as a source of frames."""

    def __init__(self, reader: FrameReader, frames: Sequence[int], part: Region) -> None:
        """Show `frames` of `reader`, cut to `part`."""
        self._reader, self._frames, self._part = reader, tuple(frames), part

    def __len__(self) -> int:
        return len(self._frames)

    def color(self, index: int) -> Image:
        """Return moment `index` as (H, W, 3) uint8 RGB."""
        return cut(self._reader.color(self._frames[index]), self._part)

    def depth(self, index: int) -> FloatArray | None:
        """Return None: nothing here asks for depth."""
        return None

    def close(self) -> None:
        """Leave the reader open; it is the caller's."""


def cut(picture: Image, part: Region) -> Image:
    """Return a part of a picture, (height, width, 3)."""
    return np.ascontiguousarray(picture[part.y : part.y + part.height, part.x : part.x + part.width])


def moments(reader: FrameReader, count: int, part: Region) -> FrameReader:
    """Return `count` evenly spread frames of `reader`, cut to `part`, as a recording of their own."""
    recording = reader.recording
    frames = np.unique(np.linspace(0, len(reader) - 1, count).round().astype(int)).tolist()
    camera = replace(recording.camera, width=part.width, height=part.height, cx=part.width / 2, cy=part.height / 2)
    shown = replace(
        recording,
        camera=camera,
        time_s=tuple(recording.time_s[k] for k in frames),
        has_depth=False,
        start_frame=0,
        reference_frame=0,
    )

    def find(name: str) -> Path:
        raise FileNotFoundError(name)

    return FrameReader(shown, Moments(reader, frames, part), find)


def views(pictures: Sequence[Image]) -> tuple[Region, ...]:
    """Return the parts of the picture that are views of their own: the whole, or a left and a right half.

    Args:
        pictures: (H, W, 3) RGB, several moments of one video.
    """
    height, width = pictures[0].shape[:2]
    whole = Region(x=0, y=0, width=width, height=height)
    if width % 2 or not _has_seam(pictures, width // 2):
        return (whole,)
    half = width // 2
    return Region(x=0, y=0, width=half, height=height), Region(x=half, y=0, width=half, height=height)


def _has_seam(pictures: Sequence[Image], column: int) -> bool:
    """Whether the picture changes abruptly at `column` along most rows, in every picture."""
    shares = []
    for picture in pictures:
        strip = picture[:, column - 12 : column + 12].astype(np.float64).mean(axis=-1)
        steps = np.abs(np.diff(strip, axis=1))
        at_seam = steps[:, 11]
        # Video compression smears the seam over neighbouring columns; those are left out of the comparison.
        around = np.concatenate([steps[:, :8], steps[:, 15:]], axis=1)
        usual = np.maximum(np.median(around, axis=1), 1.0)
        shares.append(np.mean(at_seam > SEAM_RATIO * usual))
    return bool(np.median(shares) > SEAM_SHARE)


def find_tag(pictures: Sequence[Image]) -> SeenTag | None:
    """Return the tag of a common family that most pictures show, the larger one of equals; None if there is none.

    Args:
        pictures: (H, W, 3) RGB, several moments of one view.
    """
    sights: list[TagDetection] = [tag for picture in pictures for tag in other_families(picture, "")]
    if not sights:
        return None
    counts = Counter((tag.family, tag.id) for tag in sights)

    def worth(key: tuple[str, int]) -> tuple[int, bool, float]:
        sides = [np.ptp(tag.corners_px, axis=0).max() for tag in sights if (tag.family, tag.id) == key]
        # AprilTags carry more check bits than small ArUco dictionaries, which a texture can imitate.
        return counts[key], key[0] in APRILTAG_CELLS, float(np.median(sides))

    family, number = max(counts, key=worth)
    corners = [tag.corners_px for tag in sights if (tag.family, tag.id) == (family, number)]
    return SeenTag(
        family=family,
        id=number,
        share=counts[family, number] / len(pictures),
        corners_px=np.median(np.stack(corners), axis=0),
    )
