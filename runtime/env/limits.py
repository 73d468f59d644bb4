"""The limits of the safety filter for many robots at once: the same numbers, without a call for each robot.

It does what `safety/motion_limits.limit_step` does, with robots as rows; a test holds the two together tick by tick.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.braking import peak_speed, settling, travel
from skillc.runtime.safety.motion_limits import ROUNDING, STAYING

HALVINGS = 24
"""ours: of the interval in which an acceleration is searched for; what is left is less than 1e-8 rad of a command."""


@dataclass(frozen=True, kw_only=True)
class CommandStates:
    """The last commands sent to N robots, and their rates."""

    q: FloatArray
    """(N, n) rad."""
    v: FloatArray
    """(N, n) rad/s."""
    a: FloatArray
    """(N, n) rad/s^2."""


def limit_steps(
    target: FloatArray, state: CommandStates, limits: MotionLimits, dt: float, target_speed: FloatArray
) -> tuple[CommandStates, BoolArray]:
    """Move every robot towards its target (N, n) for one tick of dt seconds within all limits.

    Args:
        target: (N, n) rad.
        state: what was sent last.
        limits: of the n joints.
        dt: s.
        target_speed: (N, n) rad/s, at which the targets themselves move.

    Returns:
        The new states, and which robots (N,) were pulled back.
    """
    v, slowed = _scaled((target - state.q) / dt, limits.speed)
    a, weakened = _scaled((v - state.v) / dt, limits.acceleration)
    change, softened = _scaled((a - state.a) / dt, limits.jerk)
    a = state.a + change * dt
    pulled = slowed | weakened | softened
    stays = _stays(a, target_speed, state, limits, dt) & ~pulled[:, None]
    rows = np.flatnonzero(~stays.all(axis=1))
    if len(rows):
        arriving = np.where(stays[rows], a[rows], _arriving(a, target, target_speed, state, limits, dt, rows))
        pulled[rows] |= _differ(a[rows], arriving, dt)
        a[rows] = arriving
    kept = _viable(a, state, limits, dt)
    pulled |= _differ(a, kept, dt)
    v = state.v + kept * dt
    q = np.where(pulled[:, None], state.q + v * dt, target)
    return CommandStates(q=q, v=v, a=kept), pulled


def _scaled(demand: FloatArray, limit: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Scale the rows of `demand` (N, n) that go beyond `limit` (n,); say which did."""
    worst = np.max(np.abs(demand) / limit, axis=1, keepdims=True)
    over = worst > ROUNDING
    return np.where(over, demand / np.where(over, worst, 1.0), demand), over[:, 0]


def _differ(a: FloatArray, b: FloatArray, dt: float) -> BoolArray:
    """Tell of which robots (N,) two accelerations (N, n) lead to other positions by more than rounding."""
    differ: BoolArray = np.max(np.abs(a - b), axis=1) * dt * dt > 1e-12
    return differ


def _stays(a: FloatArray, speed: FloatArray, state: CommandStates, limits: MotionLimits, dt: float) -> BoolArray:
    """Return which joints (N, n), brought to their targets by `a`, stay there if those move on at their speed."""
    step = limits.jerk * dt
    due = (speed - state.v) / dt - a
    catches_up = (np.abs(due - a) <= step * ROUNDING) & (np.abs(due) <= np.minimum(step, limits.acceleration))
    stays: BoolArray = (np.abs(due) <= STAYING * step) | catches_up
    return stays


def _arriving(
    a: FloatArray, target: FloatArray, speed: FloatArray, state: CommandStates, limits: MotionLimits, dt: float,
    rows: IntArray,
) -> FloatArray:  # fmt: skip
    """Return `a` of some rows, lowered where the joint could then not arrive with its target's speed."""
    a, target, speed = a[rows], target[rows], speed[rows]
    q, v, before = state.q[rows], state.v[rows], state.a[rows]
    aim = target - speed * dt
    way = np.where(aim >= q, 1.0, -1.0)
    joints = _Joints.of(way * q, way * (v - speed), way * before, limits, dt, left=settling)
    lowered: FloatArray = way * np.minimum(way * a, joints.ceiling(way * a, way * aim, np.inf))
    return lowered


def _viable(a: FloatArray, state: CommandStates, limits: MotionLimits, dt: float) -> FloatArray:
    """Return the accelerations (N, n) nearest to `a` after which braking still keeps every joint inside its limits."""
    speed = limits.speed * ROUNDING
    at_most = _Joints.of(state.q, state.v, state.a, limits, dt).ceiling(a, limits.upper, speed)
    at_least = -_Joints.of(-state.q, -state.v, -state.a, limits, dt).ceiling(-a, -limits.lower, speed)
    kept: FloatArray = np.where(
        state.v >= 0, np.minimum(np.maximum(a, at_least), at_most), np.maximum(np.minimum(a, at_most), at_least)
    )
    return kept


@dataclass(frozen=True, kw_only=True)
class _Joints:
    """Single joints, whichever robot they are of, seen along one direction."""

    q: FloatArray
    v: FloatArray
    a: FloatArray
    acceleration: FloatArray
    step: FloatArray
    """rad/s^2, largest change of the acceleration in one tick."""
    dt: float
    left: Callable[..., FloatArray]
    """The way that is left to a joint from a speed and an acceleration: `travel` or `settling`."""

    @classmethod
    def of(
        cls, q: FloatArray, v: FloatArray, a: FloatArray, limits: MotionLimits, dt: float,
        left: Callable[..., FloatArray] = travel,
    ) -> "_Joints":  # fmt: skip
        acceleration, step = np.broadcast_to(limits.acceleration, q.shape), np.broadcast_to(limits.jerk * dt, q.shape)
        return cls(q=q, v=v, a=a, acceleration=acceleration, step=step, dt=dt, left=left)

    def ceiling(self, wanted: FloatArray, upper: FloatArray, fastest: FloatArray | float) -> FloatArray:
        """Return the largest accelerations after which the way that is `left` still keeps `upper` and `fastest`.

        Infinite where `wanted` keeps them, and otherwise searched for those joints alone.
        """
        upper, fastest = np.broadcast_to(upper, wanted.shape), np.broadcast_to(fastest, wanted.shape)
        bad = ~self._kept(wanted, upper, fastest)
        found = np.full(wanted.shape, np.inf)
        if bad.any():
            some = _Joints(
                q=self.q[bad], v=self.v[bad], a=self.a[bad], acceleration=self.acceleration[bad], step=self.step[bad],
                dt=self.dt, left=self.left,
            )  # fmt: skip
            found[bad] = some._searched(wanted[bad], upper[bad], fastest[bad])
        return found

    def _searched(self, wanted: FloatArray, upper: FloatArray, fastest: FloatArray) -> FloatArray:
        hardest = np.maximum(self.a - self.step, -self.acceleration)
        top = np.maximum(np.maximum(upper, self.q), self._reach(hardest))
        speed = np.maximum(fastest, self._rush(hardest))
        low, high = hardest, np.maximum(wanted, hardest)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            good = self._kept(middle, top, speed)
            low, high = np.where(good, middle, low), np.where(good, high, middle)
        return np.where(self._kept(wanted, top, speed), np.inf, low)

    def _reach(self, x: FloatArray) -> FloatArray:
        moved = self.v + x * self.dt
        return self.q + moved * self.dt + self.left(moved, x, self.acceleration, self.step, self.dt)

    def _rush(self, x: FloatArray) -> FloatArray:
        return peak_speed(self.v + x * self.dt, x, self.step, self.dt)

    def _kept(self, x: FloatArray, top: FloatArray, speed: FloatArray) -> BoolArray:
        inside: BoolArray = (self._reach(x) <= top + 1e-12) & (self._rush(x) <= speed)
        return inside
