"""Where the robot's base stands."""

from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.arrays import Pose
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class Placement(Artifact, name="placement", file="placement.json"):
    """`placement.json`."""

    T_table_robot: Pose
    """(4, 4), rounded to nanometres."""
    placement: Literal["auto", "given"]
    """Chosen by the compiler, or measured on the real table."""
    score: float | None
    """Of the chosen place, larger is better, negative where a hand pose is out of reach; null for a given one."""
