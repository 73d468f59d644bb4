"""A smooth motion through a stream of targets: at any time, with the limits of the stream's own differences.

The targets are the control points of a uniform cubic B-spline. Its position is a mean of four of them, its speed one of
their first differences, its acceleration one of their second; its jerk is a third difference. So a stream that keeps
position, speed, acceleration and jerk from target to target keeps them at every moment. The price is two control
periods of delay. Where up to two targets are missing the motion goes on as the last ones did, then it brakes; a target
that would break a limit is pulled back.
"""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.motion_limits import MotionState, brake_step, limit_step

SLACK_S = 0.004
"""ours: a target may come so much later than its predecessors did before it is missing."""
COAST_TICKS, GIVEN_UP_TICKS = 2, 6
"""FAULTS R15: more than 2 missing targets hold, and more than 6 stop; whoever sends them then has to start again."""


class TargetStream:
    """Starts at rest; takes targets when they come and is asked for positions as time goes on."""

    def __init__(self, q: FloatArray, limits: MotionLimits, dt: float) -> None:
        """Stand at q (n,) rad; one target is expected every dt (s)."""
        self._limits, self._dt = limits, dt
        self._state = MotionState.at_rest(q)
        self._points = np.tile(self._state.q, (4, 1))
        self._waiting: FloatArray | None = None
        self._last, self._speed = self._state.q, np.zeros(len(q))
        self._next = float("inf")
        self.missing = 0
        """Ticks in a row without a target."""

    @property
    def given_up(self) -> bool:
        """Too many targets were missing: it has braked and takes no more."""
        return self.missing > GIVEN_UP_TICKS

    @property
    def resting(self) -> bool:
        """It stands still."""
        return bool(np.all(self._points == self._points[-1]))

    def give_up(self) -> None:
        """Brake from the next point on, whatever still comes."""
        self.missing, self._waiting = max(self.missing, GIVEN_UP_TICKS + 1), None

    def receive(self, target: FloatArray, t: float) -> None:
        """Take a target (n,) rad that arrives at t (s); the newest counts, and what is no target is missing."""
        if target.shape != self._last.shape or not np.isfinite(target).all() or self.given_up:
            return
        if self._next == float("inf"):
            self._next = t + SLACK_S
        self._waiting = np.array(target, dtype=np.float64)

    def at(self, t: float) -> FloatArray:
        """Return the position (n,) at t (s), which only grows."""
        while t >= self._next:
            self._advance()
        u = max(0.0, 1.0 - (self._next - t) / self._dt) if self._next < float("inf") else 0.0
        w = np.array([(1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3]) / 6
        # Seen from the last point a motion at rest is exactly at rest.
        position: FloatArray = self._points[-1] + w @ (self._points - self._points[-1])
        return position

    def _advance(self) -> None:
        """Take the target that waits as the next point; go on like the last ones, or brake, if there is none."""
        self._next += self._dt
        if self._waiting is not None:
            way = (self._waiting - self._last) / (self._dt * (self.missing + 1))
            self._speed = np.clip(way, -self._limits.speed, self._limits.speed)
            self._last, self._waiting, self.missing = self._waiting, None, 0
        else:
            self.missing += 1
        if self.missing <= COAST_TICKS:
            wanted = self._last + self._speed * (self.missing * self._dt)
            self._state, _ = limit_step(wanted, self._state, self._limits, self._dt, self._speed)
        else:
            self._state = brake_step(self._state, self._limits, self._dt)
        self._points = np.vstack([self._points[1:], self._state.q])
