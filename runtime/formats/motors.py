"""What turns a robot's joints and what commands them: motors with what they can hold, ways positions reach them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Drive:
    """A direct current motor with its gears, measured at the output; SI."""

    stall_torque: float
    """Nm, standing still at the supply voltage."""
    stall_current: float
    """A, at `stall_torque`."""
    no_load_speed: float
    """rad/s, without load at the supply voltage."""
    current_limit: float
    """A, what its controller is set to let through."""

    @property
    def torque_constant(self) -> float:
        """Nm/A."""
        return self.stall_torque / self.stall_current

    @property
    def torque_limit(self) -> float:
        """Nm, at the current limit or at stall, whichever is less."""
        return self.torque_constant * min(self.current_limit, self.stall_current)


@dataclass(frozen=True, kw_only=True)
class Motor:
    """One kind of motor and the joints it turns."""

    name: str
    joints: tuple[str, ...]
    continuous_torque: float
    """Nm that it holds without end."""
    backlash: float
    """rad, play at the joint from end to end."""
    drive: Drive | None = None
    """None where its maker publishes none of it."""


@dataclass(frozen=True, kw_only=True)
class CommandMode:
    """One way position commands reach joints: at its own rate it takes the newest command there is."""

    name: str
    rate_hz: float
    between: Literal["hold", "linear"]
    """hold: the command taken last is the target; linear: the target moves to it in a straight line, over the interval
    of commands, or over the mode's own where that is longer."""


def limited_by_motors(robot: Mapping[str, Any]) -> dict[str, Any]:
    """Return a robot's plain values with each joint's `effort` at most what its motor's current limit gives.

    Rows that are incomplete stay as they are: their form is checked elsewhere.
    """
    most: dict[str, float] = {}
    for motor in _rows(robot.get("motors")):
        drive = motor.get("drive")
        if isinstance(drive, Mapping) and all(_positive(drive.get(key)) for key in Drive.__dataclass_fields__):
            most |= dict.fromkeys(motor.get("joints") or (), Drive(**drive).torque_limit)
    joints = robot.get("joints")
    if not most or not isinstance(joints, list):
        return dict(robot)
    return {**robot, "joints": [_lowered(row, most) for row in joints]}


def _lowered(row: Any, most: Mapping[str, float]) -> Any:
    if not isinstance(row, Mapping) or row.get("name") not in most or not _positive(row.get("effort")):
        return row
    return {**row, "effort": min(row["effort"], most[row["name"]])}


def _rows(table: Any) -> Sequence[Mapping[str, Any]]:
    return [row for row in table if isinstance(row, Mapping)] if isinstance(table, list) else []


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and value > 0
