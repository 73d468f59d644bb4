"""Hand poses relative to the object that hold it (or push it), with what was found out about each."""

from dataclasses import dataclass
from typing import Annotated

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Gaps, Sizes


@dataclass(frozen=True, kw_only=True)
class Grasps(Artifact, name="grasps", file="motion/grasps.npz", version=3):
    """`motion/grasps.npz`; K candidates, best first. For push and pull K contact poses without closing."""

    hand_joint_names: Annotated[tuple[str, ...], Sizes("m")]
    T_object_hand: Annotated[FloatArray, Sizes("K", 4, 4)]
    """(K, 4, 4) the profile's hand frame in the object frame at contact."""
    q_grasp: Annotated[FloatArray, Sizes("K", "m")]
    """(K, m) rad, fingers in contact."""
    q_squeeze: Annotated[FloatArray, Sizes("K", "m")]
    """(K, m) rad, commanded targets that press with the wanted force (J^T F / kp added to q_grasp)."""
    q_hold: Annotated[FloatArray, Sizes("K", "m")]
    """(K, m) rad, commanded targets once the object is lifted: as light as a calm shake allows."""
    q_open: Annotated[FloatArray, Sizes("K", "m")]
    """(K, m) rad, fingers on the way in: contacting ones backed off so far that an object beside its place fits in."""
    q_pre: Annotated[FloatArray, Sizes("K", "m")]
    """(K, m) rad, contacting fingers backed off along the normals by delta_pre (A.2.2)."""
    approach_object: Annotated[FloatArray, Sizes("K", 3)]
    """(K, 3) unit direction in the object frame along which the hand comes in."""
    fingers: Annotated[IntArray, Sizes("K")]
    """(K,) number of fingers in contact."""
    stable: Annotated[BoolArray, Sizes("K")]
    """(K,) passed the stability test."""
    tracking_error_m: Annotated[FloatArray, Sizes("K"), Gaps()]
    """(K,) object tracking error in the stability test; inf where it failed."""
    announced: BoolArray
    """(K,) the hand's orientation or its fingers are not the demonstrated ones (SK511)."""
    kind: str
    """"top", "side", "push" or "pull"."""
