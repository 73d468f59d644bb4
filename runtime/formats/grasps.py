"""Hand poses relative to the object that hold it (or push it), with what was found out about each."""

from dataclasses import dataclass
from pathlib import Path

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.codec import read_npz, write_npz

NAME, VERSION = "skillc.grasps", 1


@dataclass(frozen=True, kw_only=True)
class Grasps:
    """`motion/grasps.npz`; K candidates, best first. For push and pull K contact poses without closing."""

    hand_joint_names: tuple[str, ...]
    T_object_hand: FloatArray
    """(K, 4, 4) the profile's hand frame in the object frame at contact."""
    q_grasp: FloatArray
    """(K, m) rad, fingers in contact."""
    q_squeeze: FloatArray
    """(K, m) rad, commanded targets that press with the wanted force (J^T F / kp added to q_grasp)."""
    q_pre: FloatArray
    """(K, m) rad, contacting fingers backed off along the normals (A.2.2)."""
    approach_object: FloatArray
    """(K, 3) unit direction in the object frame along which the hand comes in."""
    fingers: IntArray
    """(K,) number of fingers in contact."""
    stable: BoolArray
    """(K,) passed the stability test."""
    tracking_error_m: FloatArray
    """(K,) object tracking error in the stability test; inf where it failed."""
    kind: str
    """"top", "side", "push" or "pull"."""

    def save(self, path: Path) -> None:
        """Write to `path`."""
        write_npz(self, path, name=NAME, version=VERSION)

    @classmethod
    def load(cls, path: Path) -> "Grasps":
        """Read from `path`; raises FormatError."""
        return read_npz(cls, path, name=NAME, version=VERSION)
