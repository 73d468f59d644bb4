"""How far sampled commands use their limits, and how long a rest-to-rest blend takes inside them."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.motion_limits import MotionLimits

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
