"""When to be where: knot times for which a joint path keeps speed, acceleration and jerk limits."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.motion.path.interpolation import quintic_spline

# The tallest values of a rest-to-rest quintic over distance 1 and duration 1 (calculus on Eq. 2).
PEAK_SPEED, PEAK_ACCELERATION, PEAK_JERK = 1.875, 10.0 / np.sqrt(3.0), 60.0


@dataclass(frozen=True, kw_only=True)
class LimitUse:
    """Largest share of each limit that sampled commands use; above 1 is a violation."""

    position: float
    """Largest excursion beyond a position limit, rad (0 inside)."""
    speed: float
    acceleration: float
    jerk: float

    @property
    def inside(self) -> bool:
        """Whether every limit holds (NaN does not)."""
        return self.position <= 1e-9 and max(self.speed, self.acceleration, self.jerk) <= 1.0 + 1e-9


def limit_use(qpos: FloatArray, limits: MotionLimits, rate_hz: float) -> LimitUse:
    """Measure sampled commands (T, n) rad at `rate_hz` against the limits by finite differences."""

    def share(order: int, limit: FloatArray) -> float:
        if len(qpos) <= order:
            return 0.0
        return float(np.max(np.abs(np.diff(qpos, order, axis=0)) * rate_hz**order / limit))

    outside = np.maximum(limits.lower - qpos, qpos - limits.upper).max()
    return LimitUse(
        position=float(max(outside, 0.0)) if np.isfinite(outside) else float("nan"),
        speed=share(1, limits.speed),
        acceleration=share(2, limits.acceleration),
        jerk=share(3, limits.jerk),
    )


def rest_to_rest_duration(distance: FloatArray, limits: MotionLimits) -> float:
    """Return the shortest duration (s) of a quintic blend over `distance` (n,) rad inside the limits."""
    d = np.abs(distance)
    return float(
        np.max(
            [
                np.max(PEAK_SPEED * d / limits.speed),
                np.sqrt(np.max(PEAK_ACCELERATION * d / limits.acceleration)),
                np.cbrt(np.max(PEAK_JERK * d / limits.jerk)),
            ]
        )
    )


def knot_times(knots: FloatArray, limits: MotionLimits, *, wanted_s: FloatArray, rounds: int = 40) -> FloatArray:
    """Return times (K,) from 0 at which a rest-to-rest quintic spline through `knots` keeps the limits.

    Segments start at the wanted durations; those over a limit (and, less, their neighbours) are stretched until the
    whole spline is inside, so slow demonstrations stay as they are and fast ones lose only what they must.

    Args:
        knots: (K, n) rad.
        limits: of the n joints.
        wanted_s: (K - 1,) demonstrated duration of each segment; the result is never shorter.
        rounds: stretching rounds; the last resort scales everything uniformly, which always succeeds.
    """
    durations = np.maximum(np.asarray(wanted_s, dtype=np.float64), 0.02)
    crude = np.max(np.abs(np.diff(knots, axis=0)) / limits.speed, axis=1)
    durations = np.maximum(durations, crude)
    for _ in range(rounds):
        excess = _segment_excess(durations, knots, limits)
        if np.all(excess <= 1.0):
            break
        spread = excess.copy()
        spread[1:] = np.maximum(spread[1:], 1.0 + 0.5 * (excess[:-1] - 1.0))
        spread[:-1] = np.maximum(spread[:-1], 1.0 + 0.5 * (excess[1:] - 1.0))
        durations = durations * np.clip(spread, 1.0, 1.5)
    worst = float(np.max(_segment_excess(durations, knots, limits)))
    return np.concatenate([[0.0], np.cumsum(durations * max(worst, 1.0))])


def _segment_excess(durations: FloatArray, knots: FloatArray, limits: MotionLimits) -> FloatArray:
    """Return per segment the factor by which it must be slowed: max of v, sqrt(a), cbrt(j) over their limits."""
    per_segment = 12
    times = np.concatenate([[0.0], np.cumsum(durations)])
    s = (np.arange(per_segment) + 0.5) / per_segment
    edge = np.array([0.0, 1.0])
    s = np.concatenate([edge[:1], s, edge[1:]])
    samples = (times[:-1, None] + s[None, :] * durations[:, None]).ravel()
    excess = np.zeros(len(durations))
    for order, limit in ((1, limits.speed), (2, limits.acceleration), (3, limits.jerk)):
        value = np.abs(quintic_spline(times, knots, samples, order)) / limit
        peak = value.max(axis=1).reshape(len(durations), len(s)).max(axis=1)
        excess = np.maximum(excess, peak ** (1.0 / order))
    return excess
