"""21 hand joints per frame in the table frame (MediaPipe/MANO order: wrist, then thumb, index, middle, ring, little,
each from the palm to the tip)."""

from dataclasses import dataclass
from typing import Annotated

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Gaps, Sizes


@dataclass(frozen=True, kw_only=True)
class HandMotion(Artifact, name="hands", file="motion/hand.npz"):
    """`motion/hand.npz`."""

    frame: Annotated[IntArray, Sizes("T")]
    """(T,) frame index of the recording; every frame is present."""
    joints_table_m: Annotated[FloatArray, Sizes("T", 21, 3), Gaps()]
    """(T, 21, 3) metres, table frame; NaN where no estimate exists (before the hand enters)."""
    joints_px: Annotated[FloatArray, Sizes("T", 21, 2), Gaps()]
    """(T, 21, 2) px as detected; NaN where not detected."""
    confidence: Annotated[FloatArray, Sizes("T")]
    """(T,) 0..1; 0 where the pose was filled in."""
    position_sigma_m: Annotated[FloatArray, Sizes("T")]
    """(T,) one standard deviation of the hand's position (mostly along the ray without depth)."""
    handedness: str
    """"right" or "left"."""
    scale_m: float
    """Wrist-to-middle-knuckle length used, metres."""
