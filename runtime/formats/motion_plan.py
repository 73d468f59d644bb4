"""The scene that a motion was planned for, whose objects stand elsewhere than demonstrated."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import Pose
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.twin import TwinObject


@dataclass(frozen=True, kw_only=True)
class MotionPlan(Artifact, name="motion_plan", file="plan.json", version=2):
    """`plan.json` of a folder that holds the motion as `reference.npz`."""

    skill: str
    """Of the build it was planned for."""
    objects: tuple[TwinObject, ...]
    """What stands on the table, and where: the twin's things at their new poses, and obstacles."""
    T_table_end: Pose
    """(4, 4) of the manipulated object at the end."""
    clearance_m: float
    """Least distance of the robot to table, target and obstacles on the way; 0.04 stands for 0.04 and more."""
    hand_turn_rad: float
    """By which the hand at contact is turned from the demonstrated one about the point where it touches."""
    seconds: float
    """Taken to plan it."""
    seed: int
    """Of the search."""
