"""Points followed through the recording, each belonging to one scene object."""

from dataclasses import dataclass
from typing import Annotated

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Gaps, Sizes


@dataclass(frozen=True, kw_only=True)
class Tracks(Artifact, name="tracks", file="motion/tracks.npz"):
    """`motion/tracks.npz`; K points over T frames."""

    frame: Annotated[IntArray, Sizes("T")]
    """(T,) frame index of the recording."""
    object_index: Annotated[IntArray, Sizes("K")]
    """(K,) index into Scene.objects."""
    xy_px: Annotated[FloatArray, Sizes("T", "K", 2), Gaps()]
    """(T, K, 2) px; NaN where unknown."""
    visible: Annotated[BoolArray, Sizes("T", "K")]
    """(T, K)."""
    points_table_m: Annotated[FloatArray, Sizes("T", "K", 3), Gaps()]
    """(T, K, 3) metres, table frame, from depth; NaN without depth."""
    points_object_m: Annotated[FloatArray, Sizes("K", 3), Gaps()]
    """(K, 3) the point on the twin in its object frame; NaN where the ray misses the twin."""
