"""What the safety filter knows of the robot's body: links, capsules around them, and how near each may come to what.

Compiled from the robot's collision geometry, the twin and the reference motion, so that the filter needs no simulator.
"""

from dataclasses import dataclass
from typing import Annotated

from skillc.runtime.formats.arrays import FloatArray, IntArray, Pose
from skillc.runtime.formats.marks import Sizes


@dataclass(frozen=True, kw_only=True)
class Link:
    """One body of the robot's tree."""

    name: str
    parent: int
    """Index of the parent link; -1 for the root."""
    T_parent_link: Pose
    """(4, 4) at joint angle 0; identity for the root."""
    joint: int
    """Index in the contract's joints of the one that turns this link, -1 if it is fixed to its parent."""
    axis: tuple[float, float, float]
    """Unit joint axis in the link's frame."""
    anchor: tuple[float, float, float]
    """m, the joint's place in the link's frame."""


@dataclass(frozen=True, kw_only=True)
class Capsule:
    """All points within `radius` of a line from `start` to `end`."""

    link: int
    start: tuple[float, float, float]
    """m, in the link's frame."""
    end: tuple[float, float, float]
    radius: float
    """m."""


@dataclass(frozen=True, kw_only=True)
class BoxRegion:
    """A box around an object that is not to be touched on the way."""

    name: str
    T_table_box: Pose
    """(4, 4) of its centre."""
    half_m: tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class CollisionModel:
    """Part of the contract. Distances are between surfaces, negative inside; the table is the plane z = 0.

    Motion that brings two things nearer than their `halt` distance is not begun; in the last `slow_m` before it, it is
    slowed in proportion; nothing nearer than `keep_m` is reached at full speed. Where the planned motion itself comes
    nearer, the halt lies lower, for this pair alone (`runtime/safety/halts.py`).
    """

    joint_names: tuple[str, ...]
    """Those of the contract."""
    T_table_root: Pose
    """(4, 4)."""
    links: tuple[Link, ...]
    """A parent comes before its children; the first is the root."""
    capsules: tuple[Capsule, ...]
    pairs: Annotated[IntArray, Sizes("P", 2)]
    """Capsules of links that can come near each other."""
    pair_halt_m: Annotated[FloatArray, Sizes("P")]
    """Of each pair."""
    table_capsules: Annotated[IntArray, Sizes("M")]
    """Capsules that move."""
    table_halt_m: Annotated[FloatArray, Sizes("M")]
    """Of each of them."""
    boxes: tuple[BoxRegion, ...]
    box_halt_m: Annotated[FloatArray, Sizes("B", "M")]
    """For each box, of each capsule that moves."""
    keep_m: float
    slack_m: float
    """How much nearer than the planned motion a command may come before it is slowed."""
    slow_m: float
    keep_singular: float
    """Least singular value of the hand's Jacobian (m/rad and rad/rad) above which nothing is slowed."""
    arm_joints: tuple[int, ...]
    """Joints that carry the hand; empty where no singular posture is watched."""
    hand_link: int
    singular_slow: float
    """Below it motion towards a singular posture is slowed."""
    singular_halt: float
    """Below it, it is not begun."""
