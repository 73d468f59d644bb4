"""A joint trajectory of the whole robot, sampled in time."""

from dataclasses import dataclass
from typing import Annotated

from skillc.runtime.formats.arrays import FloatArray, Pose
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Sizes


@dataclass(frozen=True, kw_only=True)
class JointMotion(Artifact, name="joint_motion", file="motion/retargeted.npz"):
    """`motion/retargeted.npz`: the human hand's motion on the robot before refinement (Eq. 1)."""

    time_s: Annotated[FloatArray, Sizes("T")]
    """(T,) seconds of the recording."""
    qpos: Annotated[FloatArray, Sizes("T", "n")]
    """(T, n) rad."""
    joint_names: Annotated[tuple[str, ...], Sizes("n")]
    """Driver order of the profile: arm joints, then hand joints."""
    T_table_robot: Pose
    """(4, 4) base placement the motion was solved for."""
    tip_error_m: Annotated[FloatArray, Sizes("T", 4)]
    """(T, 4) distance of each fingertip (thumb, index, middle, ring) from its goal."""
    wrist_error_m: Annotated[FloatArray, Sizes("T")]
    """(T,)."""
    wrist_error_rad: Annotated[FloatArray, Sizes("T")]
    """(T,)."""
