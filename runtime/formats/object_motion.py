"""Pose of the manipulated object in every frame."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class ObjectMotion(Artifact, name="object_motion", file="motion/object.npz"):
    """`motion/object.npz`."""

    frame: IntArray
    """(T,) every frame of the recording."""
    T_table_object: FloatArray
    """(T, 4, 4); complete: frames without evidence are filled by the motion model, with their sigma."""
    position_sigma_m: FloatArray
    """(T,) one standard deviation."""
    rotation_sigma_rad: FloatArray
    """(T,)."""
    visible_fraction: FloatArray
    """(T,) share of the object's points or silhouette seen."""
    centroid_px: FloatArray
    """(T, 2) image centroid of the object's flow points (A.2.1), NaN where unseen."""
    target_centroid_px: FloatArray
    """(T, 2) the same for the target object; NaN without a target."""
