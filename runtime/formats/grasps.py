"""Hand poses relative to the object that hold it (or push it), with what was found out about each."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class Grasps(Artifact, name="grasps", file="motion/grasps.npz", version=2):
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
    announced: BoolArray
    """(K,) the hand's orientation or its fingers are not the demonstrated ones (SK511)."""
    kind: str
    """"top", "side", "push" or "pull"."""
