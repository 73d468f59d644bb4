"""The smoothest way along knots: least jerk, ends exact, knots within the tolerance."""

import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.path.interpolation import smoothstep
from skillc.runtime.motion.path.smooth_curve import SmoothCurve, smooth_curve

FINE = np.linspace(0.0, 1.0, 2001)
ARC = np.stack([np.linspace(0.0, 1.0, 7), np.sin(np.linspace(0.0, np.pi, 7))], axis=1)


def jerk(path: FloatArray) -> float:
    """Return the integral of the squared jerk of a motion (2001, n) of one second."""
    return float(np.sum(np.diff(path, 3, axis=0) ** 2)) * 2000.0**5


def curve(q: FloatArray, tolerance: float = 1e-6) -> SmoothCurve:
    return smooth_curve(q, np.full(q.shape[1], tolerance))


def test_between_two_knots_it_is_the_blend_of_the_paper() -> None:
    made = curve(np.array([[0.2, 1.0], [0.5, 0.0]]))
    assert np.allclose(made.path(FINE), [0.2, 1.0] + smoothstep(FINE)[:, None] * [0.3, -1.0])


def test_knots_along_that_blend_are_passed_when_it_passes_them() -> None:
    when = np.array([0.0, 0.2, 0.35, 0.5, 0.8, 1.0])
    made = curve(smoothstep(when)[:, None] * [1.0, -2.0])
    assert made.at == pytest.approx(when, abs=0.01)
    assert jerk(made.path(FINE)) == pytest.approx(720.0 * 5.0, rel=0.01), "720 d^2, by calculus on Eq. 2"


def test_it_begins_and_ends_at_rest_and_its_fourth_derivative_has_no_step() -> None:
    made = curve(ARC)
    for order in (1, 2):
        assert np.abs(made.path.derivative(order)(np.array([0.0, 1.0]))).max() < 1e-6
    fourth = made.path.derivative(4)
    inside = made.at[1:-1]
    assert np.allclose(fourth(inside - 1e-9), fourth(inside + 1e-9), rtol=1e-3, atol=1e-2)


def test_other_times_through_the_same_knots_have_more_jerk() -> None:
    best = jerk(curve(ARC).path(FINE))
    by_length = np.interp(FINE, [0.0, 1.0], [0.0, 1.0])
    evenly = curve(ARC).path(np.interp(smoothstep(by_length), np.linspace(0, 1, 7), curve(ARC).at))
    assert best < 0.8 * jerk(evenly)


@pytest.mark.parametrize("tolerance", [0.002, 0.01, 0.05])
def test_jitter_of_the_knots_is_left_out_as_far_as_the_tolerance_goes(tolerance: float) -> None:
    rng = np.random.default_rng(3)
    q = np.linspace(0.0, 1.0, 9)[:, None] * np.ones(3) + rng.uniform(-0.02, 0.02, size=(9, 3))
    made = curve(q, tolerance)
    assert np.abs(made.path(made.at) - q).max() <= tolerance * (1 + 1e-6)
    assert np.allclose(made.path(np.array([0.0, 1.0])), q[[0, -1]])
    assert jerk(made.path(FINE)) < jerk(curve(q).path(FINE))


def test_knots_that_all_lie_within_the_tolerance_of_a_straight_line_give_one() -> None:
    q = np.linspace(0.0, 1.0, 9)[:, None] * [1.0, -1.0]
    q[1:-1] += np.random.default_rng(0).uniform(-0.004, 0.004, size=(7, 2))
    assert jerk(curve(q, 0.03).path(FINE)) < 1.2 * 720.0 * 2.0


def test_a_crowd_of_knots_hurries_nothing() -> None:
    q = np.concatenate([np.linspace(0.0, 1e-3, 6), np.linspace(0.1, 1.0, 6)])[:, None]
    made = curve(q, 1e-4)
    assert np.all(np.diff(made.at) > 0) and np.isfinite(made.path(FINE)).all()
