"""Pose of the manipulated object in every frame."""

from dataclasses import dataclass
from pathlib import Path

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.codec import read_npz, write_npz

NAME, VERSION = "skillc.object_motion", 1


@dataclass(frozen=True, kw_only=True)
class ObjectMotion:
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

    def save(self, path: Path) -> None:
        """Write to `path`."""
        write_npz(self, path, name=NAME, version=VERSION)

    @classmethod
    def load(cls, path: Path) -> "ObjectMotion":
        """Read from `path`; raises FormatError."""
        return read_npz(cls, path, name=NAME, version=VERSION)
