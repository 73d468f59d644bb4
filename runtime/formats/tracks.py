"""Points followed through the recording, each belonging to one scene object."""

from dataclasses import dataclass
from pathlib import Path

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.codec import read_npz, write_npz

NAME, VERSION = "skillc.tracks", 1


@dataclass(frozen=True, kw_only=True)
class Tracks:
    """`motion/tracks.npz`; K points over T frames."""

    frame: IntArray
    """(T,) frame index of the recording."""
    object_index: IntArray
    """(K,) index into Scene.objects."""
    xy_px: FloatArray
    """(T, K, 2) px; NaN where unknown."""
    visible: BoolArray
    """(T, K)."""
    points_table_m: FloatArray
    """(T, K, 3) metres, table frame, from depth; NaN without depth."""
    points_object_m: FloatArray
    """(K, 3) the point on the twin in its object frame; NaN where the ray misses the twin."""

    def save(self, path: Path) -> None:
        """Write to `path`."""
        write_npz(self, path, name=NAME, version=VERSION)

    @classmethod
    def load(cls, path: Path) -> "Tracks":
        """Read from `path`; raises FormatError."""
        return read_npz(cls, path, name=NAME, version=VERSION)
