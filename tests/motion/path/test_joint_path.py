"""The curve through joint knots: calm between uneven knots, the same for looking and for moving."""

import numpy as np
import pytest

from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.motion.path.joint_path import swept, timed

KNOTS = np.array(
    [[0.0, 1.22, 1.33], [0.0, 1.12, 1.57], [-0.01, 1.04, 1.48], [-0.1, 0.98, 1.33], [-0.18, 0.95, 1.23],
     [-0.25, 0.95, 1.2], [-0.27, 0.99, 1.24], [-0.28, 1.04, 1.41]]
)  # fmt: skip
"""A lift and a carry of an arm: the first and the last step take twice as long as those between."""
NEAR = np.full(3, 0.002)


def limits(reach: float = 10.0) -> MotionLimits:
    whole = np.ones(3)
    return MotionLimits(lower=-reach * whole, upper=reach * whole, speed=whole, acceleration=5 * whole, jerk=40 * whole)


def test_between_uneven_knots_the_curve_does_not_swing_off() -> None:
    q, progress = swept(KNOTS, limits(), tolerance=NEAR, step_rad=0.005)
    at = np.clip(progress.astype(int), 0, len(KNOTS) - 2)
    low, high = np.minimum(KNOTS[at], KNOTS[at + 1]), np.maximum(KNOTS[at], KNOTS[at + 1])
    assert np.maximum(low - q, q - high).max() < 0.02, "2 cm at a metre's reach"


def test_what_is_looked_at_is_what_is_moved_along() -> None:
    q, progress = swept(KNOTS, limits(), tolerance=NEAR, step_rad=0.002)
    run = timed(KNOTS, limits(), tolerance=NEAR, rate_hz=60.0, at_least_s=2.0, aim_acceleration=2.0)
    seen = np.stack([np.interp(run.progress, progress, q[:, j]) for j in range(3)], axis=1)
    assert np.abs(seen - run.q).max() < 1e-3
    assert np.array_equal(run.q[-1], KNOTS[-1])
    for k, knot in enumerate(KNOTS):
        assert np.abs(q[np.abs(progress - k).argmin()] - knot).max() < 2 * NEAR[0]


def test_samples_are_about_as_far_apart_as_asked_for() -> None:
    q, _ = swept(KNOTS, limits(), tolerance=NEAR, step_rad=0.05)
    assert np.abs(np.diff(q, axis=0)).max() < 0.1 and len(q) < 40, "about: a curve is steeper than its chord"
    alone, progress = swept(np.repeat(KNOTS[:1], 2, axis=0), limits(), tolerance=NEAR)
    assert np.array_equal(alone, np.repeat(KNOTS[:1], 2, axis=0)) and progress.tolist() == [0.0, 1.0]


def test_two_knots_are_joined_by_a_straight_line() -> None:
    q, progress = swept(KNOTS[:2], limits(), tolerance=NEAR, step_rad=0.01)
    assert np.allclose(q, KNOTS[0] + progress[:, None] * (KNOTS[1] - KNOTS[0]), atol=1e-3)


@pytest.mark.parametrize("reach", [1.571, 1.5701])
def test_the_curve_stays_inside_the_joints_range(reach: float) -> None:
    q, _ = swept(KNOTS, limits(reach), tolerance=NEAR, step_rad=0.005)
    assert q.max() <= reach
