"""Keep a stream of joint position commands inside position, speed, acceleration and jerk limits, tick by tick.

A stream that respects all limits leaves unchanged. Otherwise one factor scales the step of the whole vector, so the
direction of motion is kept (FAULTS R20), and every joint that could not stop before a limit brakes in time, so that a
limit is reached at rest (R19). From outside a limit only inward motion is left. The limits hold for the differences of
what is sent: `v = (q - q_before) / dt`, and so on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.braking import peak_speed, settling, travel, ways_to_rest

# A command computed from a limit in another order of operations may miss it by rounding; not a violation.
ROUNDING = 1.0 + 1e-6
STAYING = 1e-3
"""ours: share of the jerk step, far above rounding; a joint that needs less to move like its target does so already."""
CANDIDATES, ROUNDS = 33, 6
"""Accelerations tried at once, and how often the interval between two of them is divided again: 32^6 steps."""


@dataclass(frozen=True, kw_only=True)
class MotionState:
    """The last command sent and its rates."""

    q: FloatArray
    """(n,) rad."""
    v: FloatArray
    """(n,) rad/s."""
    a: FloatArray
    """(n,) rad/s^2."""
    to_rest: FloatArray
    """(2, n) rad, how far hardest braking still leads up and down."""

    @classmethod
    def at_rest(cls, q: FloatArray) -> "MotionState":
        """Standing still at q (n,)."""
        n = len(q)
        return cls(q=np.array(q, dtype=np.float64), v=np.zeros(n), a=np.zeros(n), to_rest=np.zeros((2, n)))

    @classmethod
    def moving(cls, q: FloatArray, v: FloatArray, a: FloatArray, limits: MotionLimits, dt: float) -> "MotionState":
        """At q with speed v and acceleration a, each (n,), or several at once (T, n)."""
        to_rest = ways_to_rest(v, a, limits.acceleration, limits.jerk * dt, dt)
        return cls(q=q, v=v, a=a, to_rest=to_rest)

    @property
    def resting(self) -> bool:
        """True when nothing moves but for rounding."""
        return bool(np.abs(self.v).max(initial=0.0) < 1e-8 and np.abs(self.a).max(initial=0.0) < 1e-6)


def limit_step(
    target: FloatArray, state: MotionState, limits: MotionLimits, dt: float, target_speed: FloatArray | float = 0.0
) -> tuple[MotionState, bool]:
    """Move from `state` towards `target` (n,) within all limits for one tick of dt seconds.

    A target that cannot be reached in this tick is approached so that the joint arrives with `target_speed` ((n,)
    rad/s, at which the target itself moves), without overshooting.

    Returns the new state, and whether the step had to be shortened or a joint had to brake.
    """
    v = (target - state.q) / dt
    v, slowed = _scaled(v, limits.speed)
    a, weakened = _scaled((v - state.v) / dt, limits.acceleration)
    change, softened = _scaled((a - state.a) / dt, limits.jerk)
    a = state.a + change * dt
    limited = slowed or weakened or softened
    stays = np.zeros(len(a), dtype=np.bool_) if limited else _stays(a, target_speed, state, limits, dt)
    if not stays.all():
        arriving = np.where(stays, a, _arriving(a, target, target_speed, state, limits, dt))
        limited, a = limited or _differ(a, arriving, dt), arriving
    moved = _advance(state, a, limits, dt)
    if not _can_stop(moved, limits, dt):
        kept = _viable(a, state, limits, dt)
        limited, moved = limited or _differ(a, kept, dt), _advance(state, kept, limits, dt)
    if limited:
        return moved, True
    # Rounding must not change a command that needs no limiting.
    return MotionState(q=np.array(target, dtype=np.float64), v=moved.v, a=moved.a, to_rest=moved.to_rest), False


def brake_step(state: MotionState, limits: MotionLimits, dt: float) -> MotionState:
    """Slow every joint down for one tick as fast as its acceleration and jerk limits allow, to rest without return."""
    step = limits.jerk * dt
    ending = np.where(state.a > 0, peak_speed(state.v, state.a, step, dt), -peak_speed(-state.v, -state.a, step, dt))
    way = np.where(ending >= 0, 1.0, -1.0)
    # Seen along the motion: the lowest acceleration from which the speed still ends at zero, not below it.
    v, a = way * state.v, way * state.a
    low, high = np.maximum(a - step, -limits.acceleration), np.minimum(a + step, limits.acceleration)
    bound = np.minimum(0.0, -peak_speed(-(v + high * dt), -high, step, dt))
    chosen = -_largest(lambda x: -peak_speed(-(v - x * dt), x, step, dt) >= bound - 1e-12, -high, -low)
    a_new = way * np.where(np.abs(ending) < 1e-12, a - np.clip(a, -step, step), chosen)
    a_new = _viable(a_new, state, limits, dt)
    v_new = state.v + a_new * dt
    # Below a billionth of a radian per second a speed is rounding.
    v_kept = np.where(np.abs(v_new) < 1e-9, 0.0, v_new)
    return MotionState.moving(state.q + v_new * dt, v_kept, a_new, limits, dt)


def _advance(state: MotionState, a: FloatArray, limits: MotionLimits, dt: float) -> MotionState:
    v = state.v + a * dt
    return MotionState.moving(state.q + v * dt, v, a, limits, dt)


def _can_stop(state: MotionState, limits: MotionLimits, dt: float) -> bool:
    """Tell whether hardest braking from a state keeps every joint inside its range and speed."""
    up, down = state.to_rest
    if not ((state.q + up <= limits.upper + 1e-12) & (state.q - down >= limits.lower - 1e-12)).all():
        return False
    fastest = peak_speed(np.array([state.v, -state.v]), np.array([state.a, -state.a]), limits.jerk * dt, dt)
    return bool((fastest <= limits.speed * ROUNDING).all())


def _scaled(demand: FloatArray, limit: FloatArray) -> tuple[FloatArray, bool]:
    """Scale the whole vector so that every |demand| is inside its limit; say whether it had to be."""
    worst = float((np.abs(demand) / limit).max(initial=0.0))
    return (demand, False) if worst <= ROUNDING else (demand / worst, True)


def _differ(a: FloatArray, b: FloatArray, dt: float) -> bool:
    """Tell whether two accelerations (n,) lead to other positions by more than rounding."""
    return bool(np.any(np.abs(a - b) * dt * dt > 1e-12))


def _stays(a: FloatArray, speed: FloatArray | float, state: MotionState, limits: MotionLimits, dt: float) -> BoolArray:
    """Return which joints (n,), brought to their targets by `a`, stay there if those move on at their speed.

    It moves like its target already, or one tick makes it so and leaves nothing to be undone in the one after.
    """
    step = limits.jerk * dt
    due = (speed - state.v) / dt - a
    stays: BoolArray = np.abs(due) <= STAYING * step
    if not stays.all():
        stays = stays | (np.abs(due - a) <= step * ROUNDING) & (np.abs(due) <= np.minimum(step, limits.acceleration))
    return stays


def _arriving(
    a: FloatArray, target: FloatArray, speed: FloatArray | float, state: MotionState, limits: MotionLimits, dt: float
) -> FloatArray:
    """Return `a` (n,) lowered where the joint could then no longer arrive at its target with the target's speed."""
    # Seen from the target, which moves on by itself in this tick.
    aim = target - speed * dt
    way = np.where(aim >= state.q, 1.0, -1.0)
    q, v, before = way * state.q, way * (state.v - speed), way * state.a
    bound = _ceiling(way * a, q, v, before, way * aim, np.inf, limits, dt, left=settling)
    arriving: FloatArray = way * np.minimum(way * a, bound)
    return arriving


def _viable(a: FloatArray, state: MotionState, limits: MotionLimits, dt: float) -> FloatArray:
    """Return the accelerations (n,) nearest to `a` after which braking still keeps every joint inside its limits."""
    speed = limits.speed * ROUNDING

    def at_most(wanted: FloatArray) -> FloatArray:
        return _ceiling(wanted, state.q, state.v, state.a, limits.upper, speed, limits, dt)

    def at_least(wanted: FloatArray) -> FloatArray:
        return -_ceiling(-wanted, -state.q, -state.v, -state.a, -limits.lower, speed, limits, dt)

    # Where both cannot be had (a range shorter than the way to stop), the limit ahead counts: it is kept last.
    raised, lowered = np.maximum(a, at_least(a)), np.minimum(a, at_most(a))
    kept: FloatArray = np.where(
        state.v >= 0, np.minimum(raised, at_most(raised)), np.maximum(lowered, at_least(lowered))
    )
    return kept


def _ceiling(
    wanted: FloatArray,
    q: FloatArray,
    v: FloatArray,
    a: FloatArray,
    upper: FloatArray,
    fastest: FloatArray | float,
    limits: MotionLimits,
    dt: float,
    left: Callable[..., FloatArray] = travel,
) -> FloatArray:
    """Return the largest accelerations (n,) after which the way that is `left` still keeps `upper` and `fastest`.

    Infinite where `wanted` (n,) keeps them; otherwise below it.
    """
    step = limits.jerk * dt

    def reach(x: FloatArray) -> FloatArray:
        moved = v + x * dt
        return q + moved * dt + left(moved, x, limits.acceleration, step, dt)

    def rush(x: FloatArray) -> FloatArray:
        return peak_speed(v + x * dt, x, step, dt)

    def kept(x: FloatArray, top: FloatArray, speed: FloatArray | float) -> BoolArray:
        inside: BoolArray = (reach(x) <= top + 1e-12) & (rush(x) <= speed)
        return inside

    unbounded = np.full_like(wanted, np.inf)
    if kept(wanted, upper, fastest).all():
        return unbounded
    # From outside a limit, or by rounding, not even the hardest braking keeps it: then that braking is the bound.
    hardest = np.maximum(a - step, -limits.acceleration)
    top = np.maximum(np.maximum(upper, q), reach(hardest))
    speed = np.maximum(fastest, rush(hardest))
    largest = _largest(lambda x: kept(x, top, speed), hardest, np.maximum(wanted, hardest))
    return np.where(kept(wanted, top, speed), unbounded, largest)


def _largest(holds: Callable[[FloatArray], BoolArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the largest x (n,) in low..high for which `holds`, which is true up to some value and false above it.

    `holds` takes (m, n) and returns (m, n) truth values; it is taken to be true at `low`.
    """
    share = np.linspace(0.0, 1.0, CANDIDATES)[:, None]
    for _ in range(ROUNDS):
        tried = low + (high - low) * share
        good = np.logical_and.accumulate(holds(tried), axis=0)
        good[0] = True
        last = good.sum(axis=0) - 1
        column = np.arange(len(low))
        low, high = tried[last, column], tried[np.minimum(last + 1, CANDIDATES - 1), column]
    return low
