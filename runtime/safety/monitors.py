"""Monitors: each watches one thing over the ticks and reports a trip (FAULTS "Runtime").

Comparisons are written so that NaN trips them.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.safety.trip import Fault, Response, Trip

NOT_FINITE = Fault(code="R1", fault="policy_output")
NO_ACTION = Fault(code="R2", fault="policy_shape")
HUGE = Fault(code="R3", fault="policy_output")
OUTSIDE = Fault(code="R19", fault="joint_limit")


@dataclass(kw_only=True)
class ActionMonitor:
    """Shape, type and finiteness of a commanded vector (R1, R2)."""

    size: int
    bad_in_a_row: int = 0
    limit: int = 3
    """FAULTS R1: three non-finite actions in a row stop the run."""

    def check(self, command: object, tick: int) -> tuple[FloatArray | None, Trip | None]:
        """Return `command` as (size,) floats and None, or None and a trip if it is not a finite float vector."""
        try:
            action = np.asarray(command)
        except ValueError:  # ragged
            action = np.empty(0, dtype=object)
        if action.shape != (self.size,) or action.dtype.kind != "f":
            told = f"expected {self.size} float numbers, got shape {action.shape} of {action.dtype}"
            return None, NO_ACTION.trip(told, "stop", tick=tick, value=action.size, limit=self.size)
        if np.isfinite(action).all():
            self.bad_in_a_row = 0
            return action.astype(np.float64), None
        self.bad_in_a_row += 1
        response: Response = "stop" if self.bad_in_a_row >= self.limit else "hold"
        told = f"{int((~np.isfinite(action)).sum())} of {self.size} numbers are not finite"
        return None, NOT_FINITE.trip(told, response, tick=tick, value=self.bad_in_a_row, limit=self.limit)


@dataclass(kw_only=True)
class ClampMonitor:
    """How often commands were huge within the last second (R3).

    A command is huge when it lies outside a joint's range, or so far from the last one that the joint could not reach
    it within a policy period at its largest speed. What speed, acceleration and jerk limits merely slow down (R19, R20)
    does not count.
    """

    window_ticks: int
    share: float
    """Share of the window that may be clamped (FAULTS R3: 5 % of a second)."""
    recent: deque[bool] = field(default_factory=deque)
    total: int = 0

    def check(self, excess: float, tick: int) -> Trip | None:
        """Count one tick; trip when more than the allowed share of the window was huge.

        Args:
            excess: the largest demand as a multiple of what is possible; above 1 is huge.
            tick: control tick, for the record.
        """
        huge = not excess <= 1.0
        self.recent.append(huge)
        self.total += huge
        if len(self.recent) > self.window_ticks:
            self.recent.popleft()
        if not huge:
            return None
        share = sum(self.recent) / self.window_ticks
        if share <= self.share:
            return None
        told = f"commands beyond what is possible (now {excess:.2g} times) in {share:.0%} of the last second"
        return HUGE.trip(told, "stop", tick=tick, value=share, limit=self.share)


@dataclass(kw_only=True)
class ReadingMonitor:
    """Readings that are missing or not finite, in a row (R16 for the arm, R26 for the hand)."""

    fault: Fault
    what: str
    allowed: int
    """This many in a row are bridged by the last good one."""
    bad_in_a_row: int = 0

    def check(self, sound: bool, tick: int) -> Trip | None:
        """Count one reading; hold when more than the allowed number in a row were bad."""
        self.bad_in_a_row = 0 if sound else self.bad_in_a_row + 1
        if self.bad_in_a_row <= self.allowed:
            return None
        told = f"{self.bad_in_a_row} readings of the {self.what} in a row are missing or not finite"
        return self.fault.trip(told, "hold", tick=tick, value=self.bad_in_a_row, limit=self.allowed)


@dataclass(kw_only=True)
class OutsideMonitor:
    """A joint outside its range that goes on outwards (R19)."""

    lower: FloatArray
    upper: FloatArray
    least: float
    """rad; less is backlash, noise and the zero offset of a joint at its stop."""
    nearest: FloatArray | None = None
    """(n,) rad, how far outside each joint was when it was least so."""

    def check(self, q: FloatArray, tick: int) -> Trip | None:
        """Stop when a measured joint (n,) is farther outside its range than it has been already."""
        outside = np.maximum(np.maximum(q - self.upper, self.lower - q), 0.0)
        self.nearest = outside if self.nearest is None else np.minimum(self.nearest, outside)
        if not outside.any():
            return None
        farther = outside - self.nearest
        joint = int(np.argmax(farther))
        if not farther[joint] > self.least:
            return None
        told = f"joint {joint} is {outside[joint]:.3g} rad outside its range and moves outwards"
        return OUTSIDE.trip(told, "stop", tick=tick, value=outside[joint], limit=self.least)


@dataclass(kw_only=True)
class AgeMonitor:
    """Age of the newest sample of a stream: hold after one bound, stop after another (R4, R7, R15, R16)."""

    fault: Fault
    what: str
    hold_after_s: float
    stop_after_s: float

    def check(self, age_s: float, tick: int) -> Trip | None:
        """Trip when the newest sample is older than allowed; NaN, and a negative age, which no clock gives, stop."""
        if 0 <= age_s <= self.hold_after_s:
            return None
        response: Response = "hold" if 0 <= age_s <= self.stop_after_s else "stop"
        limit = self.hold_after_s if response == "hold" else self.stop_after_s
        told = f"{self.what} is {age_s * 1e3:.0f} ms old, {limit * 1e3:.0f} ms allowed"
        return self.fault.trip(told, response, tick=tick, value=age_s, limit=limit)


@dataclass(kw_only=True)
class PersistentMonitor:
    """A magnitude above its limit for longer than a time: hold, and after twice that time stop (R21)."""

    fault: Fault
    what: str
    limit: float
    hold_after_ticks: int
    stop_after_ticks: int
    ticks_above: int = 0

    def check(self, value: float, tick: int) -> Trip | None:
        """Count consecutive ticks above the limit; a magnitude below zero is a broken measurement and counts too."""
        if 0 <= value <= self.limit:
            self.ticks_above = 0
            return None
        self.ticks_above += 1
        if self.ticks_above < self.hold_after_ticks:
            return None
        response: Response = "stop" if self.ticks_above >= self.stop_after_ticks else "hold"
        told = f"{self.what} {value:.4g} above {self.limit:.4g} for {self.ticks_above} ticks"
        return self.fault.trip(told, response, tick=tick, value=value, limit=self.limit)
