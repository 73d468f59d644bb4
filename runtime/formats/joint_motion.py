"""A joint trajectory of the whole robot, sampled in time."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class JointMotion(Artifact, name="joint_motion", file="motion/retargeted.npz"):
    """`motion/retargeted.npz`: the human hand's motion on the robot before refinement (Eq. 1)."""

    time_s: FloatArray
    """(T,) seconds of the recording."""
    qpos: FloatArray
    """(T, n) rad."""
    joint_names: tuple[str, ...]
    """Driver order of the profile: arm joints, then hand joints."""
    T_table_robot: FloatArray
    """(4, 4) base placement the motion was solved for."""
    tip_error_m: FloatArray
    """(T, 4) distance of each fingertip (thumb, index, middle, ring) from its goal."""
    wrist_error_m: FloatArray
    """(T,)."""
    wrist_error_rad: FloatArray
    """(T,)."""
