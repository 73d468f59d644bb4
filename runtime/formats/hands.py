"""21 hand joints per frame in the table frame (MediaPipe/MANO order: wrist, then thumb, index, middle, ring, little,
each from the palm to the tip)."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class HandMotion(Artifact, name="hands", file="motion/hand.npz"):
    """`motion/hand.npz`."""

    frame: IntArray
    """(T,) frame index of the recording; every frame is present."""
    joints_table_m: FloatArray
    """(T, 21, 3) metres, table frame; NaN where no estimate exists (before the hand enters)."""
    joints_px: FloatArray
    """(T, 21, 2) px as detected; NaN where not detected."""
    confidence: FloatArray
    """(T,) 0..1; 0 where the pose was filled in."""
    position_sigma_m: FloatArray
    """(T,) one standard deviation of the hand's position (mostly along the ray without depth)."""
    handedness: str
    """"right" or "left"."""
    scale_m: float
    """Wrist-to-middle-knuckle length used, metres."""
