"""The refined robot motion at the control rate, and the anchors it was built from."""

from dataclasses import dataclass
from typing import Annotated, Literal

from skillc.runtime.formats.arrays import FloatArray, IntArray, Pose
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Gaps, Sizes

Phase = Literal["approach", "pregrasp", "close", "track", "release", "retreat"]
PHASES: tuple[Phase, ...] = ("approach", "pregrasp", "close", "track", "release", "retreat")


@dataclass(frozen=True, kw_only=True)
class Reference(Artifact, name="reference", file="motion/reference.npz", version=2):
    """`motion/reference.npz`; T samples at the control rate."""

    time_s: Annotated[FloatArray, Sizes("T")]
    """(T,) from 0."""
    qpos: Annotated[FloatArray, Sizes("T", "n")]
    """(T, n) commanded joint positions, rad."""
    joint_names: Annotated[tuple[str, ...], Sizes("n")]
    """Driver order of the profile."""
    phase: Annotated[IntArray, Sizes("T")]
    """(T,) index into PHASES; non-decreasing."""
    T_table_robot: Pose
    """(4, 4) base placement."""
    anchor_index: Annotated[IntArray, Sizes("A")]
    """(A,) samples that are pinned exactly."""
    anchor_name: Annotated[tuple[str, ...], Sizes("A")]
    """(A,) e.g. contact, grasp, lift, interaction, detachment."""
    anchor_T_table_hand: Annotated[FloatArray, Sizes("A", 4, 4)]
    """(A, 4, 4) hand pose wanted at each anchor."""
    T_manip_hand: Annotated[FloatArray, Sizes("P", 4, 4), Gaps()]
    """(P, 4, 4) per phase of PHASES: hand relative to the manipulated object at the phase's end; NaN if undefined."""
    T_target_hand: Annotated[FloatArray, Sizes("P", 4, 4), Gaps()]
    """(P, 4, 4) per phase: hand relative to the target object; NaN if undefined."""
    T_table_manip: Annotated[FloatArray, Sizes("T", 4, 4)]
    """(T, 4, 4) object pose expected at each sample (the demonstrated object motion, retimed)."""
    demonstrated_frame: Annotated[FloatArray, Sizes("T"), Gaps()]
    """(T,) frame of the demonstration that each sample replays, between frames where it is retimed; NaN where none."""
