import numpy as np
import pytest

from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.motion.path.time_scaling import limit_use, rest_to_rest_duration

pytestmark = pytest.mark.slow

ONE = np.ones(2)
LIMITS = MotionLimits(lower=-10 * ONE, upper=10 * ONE, speed=1.2 * ONE, acceleration=4 * ONE, jerk=30 * ONE)


def test_rest_to_rest_duration_is_the_shortest_inside_the_limits() -> None:
    distance = np.array([1.0, 0.2])
    duration = rest_to_rest_duration(distance, LIMITS)
    t = np.arange(0, duration + 1e-3, 1e-3)
    use = limit_use(smoothstep(t / duration)[:, None] * distance, LIMITS, 1000.0)
    assert use.inside or max(use.speed, use.acceleration, use.jerk) < 1.01
    assert max(use.speed, use.acceleration, use.jerk) > 0.98


def test_limit_use_counts_positions_outside() -> None:
    use = limit_use(np.array([[0.0, 0.0], [11.0, 0.0]]), LIMITS, 60.0)
    assert np.isclose(use.position, 1.0) and not use.inside


def test_a_non_finite_command_is_never_inside() -> None:
    assert not limit_use(np.array([[0.0, 0.0], [np.nan, 0.0]]), LIMITS, 60.0).inside
