import numpy as np
import pytest

from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.motion.path.interpolation import quintic_spline, smoothstep
from skillc.runtime.motion.path.time_scaling import knot_times, limit_use, rest_to_rest_duration

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


def test_knot_times_keep_limits_and_never_hurry() -> None:
    knots = np.cumsum(np.random.default_rng(2).normal(0, 0.4, size=(7, 2)), axis=0)
    wanted = np.full(6, 0.1)
    times = knot_times(knots, LIMITS, wanted_s=wanted)
    assert np.all(np.diff(times) >= wanted - 1e-12)
    t = np.arange(0, times[-1], 1 / 60)
    use = limit_use(quintic_spline(times, knots, t), LIMITS, 60.0)
    assert use.speed <= 1.01 and use.acceleration <= 1.01 and use.jerk <= 1.02


def test_a_slow_motion_keeps_its_wanted_times() -> None:
    knots = np.array([[0.0, 0.0], [0.1, 0.0], [0.2, 0.1]])
    assert np.allclose(knot_times(knots, LIMITS, wanted_s=np.array([3.0, 3.0])), [0, 3, 6])


def test_limit_use_counts_positions_outside() -> None:
    use = limit_use(np.array([[0.0, 0.0], [11.0, 0.0]]), LIMITS, 60.0)
    assert np.isclose(use.position, 1.0) and not use.inside


def test_a_non_finite_command_is_never_inside() -> None:
    assert not limit_use(np.array([[0.0, 0.0], [np.nan, 0.0]]), LIMITS, 60.0).inside
