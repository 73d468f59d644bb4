"""What one finished rollout looks like to conditions of success."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.run_log import RunLog


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """A rollout's log and what it is compared with."""

    log: RunLog
    T_demo_final: FloatArray
    """(4, 4) pose of the manipulated object at the end of the demonstration, table frame."""
    object_height: float
    """m, extent of the manipulated object along its own z."""
    placed_on_target: bool
    """Whether the object's goal is the target; if not, it is the demonstrated place."""
