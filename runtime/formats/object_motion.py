"""Pose of the manipulated object in every frame."""

from dataclasses import dataclass
from typing import Annotated

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Gaps, Sizes


@dataclass(frozen=True, kw_only=True)
class ObjectMotion(Artifact, name="object_motion", file="motion/object.npz"):
    """`motion/object.npz`."""

    frame: Annotated[IntArray, Sizes("T")]
    """(T,) every frame of the recording."""
    T_table_object: Annotated[FloatArray, Sizes("T", 4, 4)]
    """(T, 4, 4); complete: frames without evidence are filled by the motion model, with their sigma."""
    position_sigma_m: Annotated[FloatArray, Sizes("T")]
    """(T,) one standard deviation."""
    rotation_sigma_rad: Annotated[FloatArray, Sizes("T")]
    """(T,)."""
    visible_fraction: Annotated[FloatArray, Sizes("T")]
    """(T,) share of the object's points or silhouette seen."""
    centroid_px: Annotated[FloatArray, Sizes("T", 2), Gaps()]
    """(T, 2) image centroid of the object's flow points (A.2.1), NaN where unseen."""
    target_centroid_px: Annotated[FloatArray, Sizes("T", 2), Gaps()]
    """(T, 2) the same for the target object; NaN without a target."""
