"""Points followed through the recording, each belonging to one scene object."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class Tracks(Artifact, name="tracks", file="motion/tracks.npz"):
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
