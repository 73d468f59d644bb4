"""Hand landmarks as an estimator saw them: pixels, and a 3D shape without place and true scale.

Joint order is that of `HandMotion`: wrist, then thumb, index, middle, ring, little, each from the palm to the tip.
"""

from dataclasses import dataclass
from typing import Annotated

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Gaps, Sizes


@dataclass(frozen=True, kw_only=True)
class Landmarks(Artifact, name="landmarks", file="motion/landmarks.npz"):
    """`motion/landmarks.npz`: the acting hand, and a second one where it was seen."""

    frame: Annotated[IntArray, Sizes("T")]
    """(T,) frame index of the recording; every frame is present."""
    joints_px: Annotated[FloatArray, Sizes("T", 21, 2), Gaps()]
    """(T, 21, 2) px of the acting hand; NaN where not detected."""
    joints_relative_m: Annotated[FloatArray, Sizes("T", 21, 3), Gaps()]
    """(T, 21, 3) its shape in camera axes about an arbitrary origin, metres of a standard hand; NaN likewise."""
    score: Annotated[FloatArray, Sizes("T")]
    """(T,) 0..1; 0 where not detected."""
    other_px: Annotated[FloatArray, Sizes("T", 21, 2), Gaps()]
    """(T, 21, 2) px of the other hand; NaN where there is none."""
    handedness: str
    """"right" or "left": the acting hand."""
    estimator: str
    """Name and version of what produced it."""
