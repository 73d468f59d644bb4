"""Keep a stream of joint position commands inside position, speed, acceleration and jerk limits.

A command that respects all limits leaves unchanged. Otherwise one factor scales the whole vector, so the direction of
motion is kept (FAULTS R20); inside a margin before a joint limit the speed towards it falls linearly to zero (R19).
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract


@dataclass(frozen=True, kw_only=True)
class MotionLimits:
    """Limits per joint, SI; arrays (n,)."""

    lower: FloatArray
    upper: FloatArray
    speed: FloatArray
    acceleration: FloatArray
    jerk: FloatArray
    margin: float
    """rad before a joint limit inside which the speed towards it is reduced."""

    @classmethod
    def from_contract(cls, contract: Contract) -> "MotionLimits":
        """Take the limits of all joints in driver order."""
        table = {
            name: np.array([getattr(joint, name) for joint in contract.joints])
            for name in ("lower", "upper", "speed", "acceleration", "jerk")
        }
        return cls(margin=contract.safety.limit_margin_rad, **table)


@dataclass(frozen=True, kw_only=True)
class MotionState:
    """The last command sent and its rates."""

    q: FloatArray
    """(n,) rad."""
    v: FloatArray
    """(n,) rad/s."""
    a: FloatArray
    """(n,) rad/s^2."""

    @classmethod
    def at_rest(cls, q: FloatArray) -> "MotionState":
        """Standing still at q (n,)."""
        return cls(q=np.array(q, dtype=np.float64), v=np.zeros(len(q)), a=np.zeros(len(q)))


def _scale(change: FloatArray, limit: FloatArray) -> float:
    """Return the factor in [0, 1] that brings every |change| inside its limit."""
    ratio = np.abs(change) / limit
    worst = float(np.max(ratio, initial=0.0))
    return 1.0 if worst <= 1.0 else 1.0 / worst


# A command computed from a limit in another order of operations may miss it by rounding; not a violation.
ROUNDING = 1.0 + 1e-6


def limit_step(target: FloatArray, state: MotionState, limits: MotionLimits, dt: float) -> tuple[MotionState, float]:
    """Move from `state` towards `target` (n,) within all limits for one tick of dt seconds.

    Returns the new state and the smallest factor that was applied (1.0: the target is commanded as it came).
    """
    inside = np.clip(target, limits.lower, limits.upper)
    v = (inside - state.q) / dt
    factor = _scale(v, limits.speed * ROUNDING)
    v = v * factor
    v = np.where(v > 0, np.minimum(v, _approach_speed(limits.upper - state.q, limits)), v)
    v = np.where(v < 0, np.maximum(v, -_approach_speed(state.q - limits.lower, limits)), v)
    dv = v - state.v
    k = _scale(dv, limits.acceleration * ROUNDING * dt)
    a = dv * k / dt
    da = a - state.a
    j = _scale(da, limits.jerk * ROUNDING * dt)
    a = state.a + da * j
    v = state.v + a * dt
    q = np.clip(state.q + v * dt, limits.lower, limits.upper)
    v = (q - state.q) / dt
    return MotionState(q=q, v=v, a=(v - state.v) / dt), min(factor, k, j)


def _approach_speed(distance: FloatArray, limits: MotionLimits) -> FloatArray:
    """Return the largest speed (n,) towards a joint limit that is `distance` (n,) away.

    The speed from which the joint still stops at its acceleration limit, so that a trajectory that plans its braking
    passes unchanged; at the limit itself only inward motion is left.
    """
    room = np.maximum(distance, 0.0)
    braking = np.sqrt(2.0 * limits.acceleration * room)
    return np.where(room < limits.margin, np.minimum(braking, limits.speed), limits.speed)


def brake_step(state: MotionState, limits: MotionLimits, dt: float) -> MotionState:
    """Slow down towards rest for one tick at the acceleration limit, direction kept; used by hold."""
    speed = float(np.max(np.abs(state.v) / limits.acceleration, initial=0.0))
    keep = 0.0 if speed <= dt else 1.0 - dt / speed
    v = state.v * keep
    q = np.clip(state.q + v * dt, limits.lower, limits.upper)
    return MotionState(q=q, v=(q - state.q) / dt, a=(v - state.v) / dt)
