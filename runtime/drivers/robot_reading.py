"""The readings of a robot's devices as one reading of the robot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.drivers.device import Reading

HAND_STALE_TICKS = 2
"""FAULTS R26: a hand that was not read for longer is not measured; its joints are NaN, never old values."""


@dataclass(frozen=True, kw_only=True)
class RobotPart:
    """One device of a robot."""

    name: str
    """Its group of joints."""
    columns: tuple[int, ...]
    """Which of the robot's joints it has, in the device's order."""
    hand: bool


def whole(parts: Sequence[RobotPart], readings: Sequence[Reading], now: float, stale_s: float) -> Reading:
    """Return the reading of a robot at `now` (s) from those of its parts.

    The robot's is as old as the oldest of its bodies (of its hands, if there is nothing else), and what one part has
    not acknowledged, the robot has not. A hand older than `stale_s` is not measured. What presses most counts.
    """
    n = sum(len(part.columns) for part in parts)
    q, torque = np.full(n, np.nan), np.full(n, np.nan)
    bodies = [r for part, r in zip(parts, readings) if not part.hand] or list(readings)
    pressing = [r.pressing_n for r in readings if r.pressing_n is not None]
    for part, reading in zip(parts, readings):
        at = list(part.columns)
        if not part.hand or now - reading.measured_s <= stale_s:
            q[at] = reading.q
        if reading.torque is not None:
            torque[at] = reading.torque
    return Reading(
        q=q,
        measured_s=min(r.measured_s for r in bodies),
        acknowledged_s=min(r.acknowledged_s for r in readings),
        torque=torque if np.isfinite(torque).all() else None,
        pressing_n=float(np.max(pressing)) if pressing else None,
        reports=tuple(report for r in readings for report in r.reports),
    )
