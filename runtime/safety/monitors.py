"""Monitors: each watches one thing over the ticks and reports a trip (FAULTS "Runtime").

Comparisons are written so that NaN trips them.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.safety.trip import Response, Trip


@dataclass(kw_only=True)
class ActionMonitor:
    """Shape, type and finiteness of a commanded vector (R1, R2)."""

    size: int
    bad_in_a_row: int = 0
    limit: int = 3
    """FAULTS R1: three non-finite actions in a row stop the run."""

    def check(self, action: FloatArray, tick: int) -> Trip | None:
        """Return a trip if `action` is not a finite float vector of the agreed size."""
        if action.shape != (self.size,) or action.dtype.kind != "f":
            return Trip(
                code="R2",
                fault="policy_shape",
                tick=tick,
                value=float(action.size),
                limit=float(self.size),
                response="stop",
                message=f"expected {self.size} float numbers, got shape {action.shape} of {action.dtype}",
            )
        if np.isfinite(action).all():
            self.bad_in_a_row = 0
            return None
        self.bad_in_a_row += 1
        response: Response = "stop" if self.bad_in_a_row >= self.limit else "hold"
        return Trip(
            code="R1",
            fault="policy_output",
            tick=tick,
            value=float(self.bad_in_a_row),
            limit=float(self.limit),
            response=response,
            message=f"{int((~np.isfinite(action)).sum())} of {self.size} numbers are not finite",
        )


@dataclass(kw_only=True)
class ClampMonitor:
    """How often commands had to be pulled back inside the limits within the last second (R3)."""

    window_ticks: int
    share: float
    """Share of the window that may be clamped (FAULTS R3: 5 % of a second)."""
    recent: deque[bool] = field(default_factory=deque)
    total: int = 0

    def check(self, clamped: bool, excess: float, tick: int) -> Trip | None:
        """Count one tick; trip when more than the allowed share of the window was clamped."""
        self.recent.append(clamped)
        self.total += clamped
        if len(self.recent) > self.window_ticks:
            self.recent.popleft()
        share = sum(self.recent) / self.window_ticks
        if clamped and not (share <= self.share):
            return Trip(
                code="R3",
                fault="policy_output",
                tick=tick,
                value=share,
                limit=self.share,
                response="stop",
                message=f"commands beyond the limits (now {excess:.2g} times) in {share:.0%} of the last second",
            )
        return None


@dataclass(kw_only=True)
class AgeMonitor:
    """Age of the newest sample of a stream: hold after one bound, stop after another (R4, R7, R15, R16)."""

    code: str
    fault: str
    what: str
    hold_after_s: float
    stop_after_s: float

    def check(self, age_s: float, tick: int) -> Trip | None:
        """Trip when the newest sample is older than allowed; NaN counts as too old."""
        if age_s <= self.hold_after_s:
            return None
        response: Response = "hold" if age_s <= self.stop_after_s else "stop"
        limit = self.hold_after_s if response == "hold" else self.stop_after_s
        return Trip(
            code=self.code,
            fault=self.fault,
            tick=tick,
            value=age_s,
            limit=limit,
            response=response,
            message=f"{self.what} is {age_s * 1e3:.0f} ms old, {limit * 1e3:.0f} ms allowed",
        )


@dataclass(kw_only=True)
class PersistentMonitor:
    """A magnitude above its limit for longer than a time: hold, and after twice that time stop (R21)."""

    code: str
    fault: str
    what: str
    limit: float
    hold_after_ticks: int
    stop_after_ticks: int
    ticks_above: int = 0

    def check(self, value: float, tick: int) -> Trip | None:
        """Count consecutive ticks above the limit."""
        if value <= self.limit:
            self.ticks_above = 0
            return None
        self.ticks_above += 1
        if self.ticks_above < self.hold_after_ticks:
            return None
        response: Response = "stop" if self.ticks_above >= self.stop_after_ticks else "hold"
        return Trip(
            code=self.code,
            fault=self.fault,
            tick=tick,
            value=value,
            limit=self.limit,
            response=response,
            message=f"{self.what} {value:.4g} above {self.limit:.4g} for {self.ticks_above} ticks",
        )
