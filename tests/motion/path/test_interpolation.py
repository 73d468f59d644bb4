import numpy as np

from skillc.runtime.motion.path.interpolation import quintic_spline, smoothstep


def test_smoothstep_is_at_rest_at_both_ends_and_symmetric() -> None:
    s = np.linspace(0, 1, 101)
    a = smoothstep(s)
    assert a[0] == 0 and a[-1] == 1 and np.isclose(a[50], 0.5)
    assert np.allclose(a + a[::-1], 1)
    assert abs(a[1]) < 1e-5 and abs(1 - a[-2]) < 1e-5


def test_a_spline_of_two_knots_is_the_smoothstep() -> None:
    t = np.linspace(0, 2, 41)
    got = quintic_spline(np.array([0.0, 2.0]), np.array([[1.0], [3.0]]), t)
    assert np.allclose(got[:, 0], 1 + 2 * smoothstep(t / 2))


def test_a_spline_passes_its_knots_and_rests_at_both_ends() -> None:
    times = np.array([0.0, 0.7, 1.1, 2.0])
    knots = np.random.default_rng(0).normal(size=(4, 3))
    assert np.allclose(quintic_spline(times, knots, times), knots)
    for order in (1, 2):
        ends = quintic_spline(times, knots, times[[0, -1]], order)
        assert np.allclose(ends, 0, atol=1e-9)


def test_a_spline_has_no_step_in_its_third_derivative_at_inner_knots() -> None:
    times = np.array([0.0, 0.7, 1.1, 2.0])
    knots = np.random.default_rng(1).normal(size=(4, 2))
    left = quintic_spline(times, knots, times[1:-1] - 1e-7, 3)
    right = quintic_spline(times, knots, times[1:-1] + 1e-7, 3)
    assert np.allclose(left, right, rtol=1e-3, atol=1e-2)


def test_outside_its_range_a_spline_holds_still() -> None:
    times, knots = np.array([0.0, 1.0]), np.array([[0.0], [1.0]])
    assert np.allclose(quintic_spline(times, knots, np.array([-1.0, 5.0]))[:, 0], [0, 1])
    assert np.allclose(quintic_spline(times, knots, np.array([-1.0, 5.0]), 1), 0)
