"""What leaves `limit_step` and `brake_step`, judged by the differences of the positions alone."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.motion_limits import MotionState, brake_step, limit_step
from tests.safety.four_joints import DT, N, contract

pytestmark = pytest.mark.slow

LIMITS = MotionLimits.of(contract().joints)
UNEQUAL = replace(
    LIMITS,
    lower=np.array([-2.0, -0.4, -1.0, -6.3]),
    upper=np.array([2.0, 2.2, 0.5, 6.3]),
    speed=np.array([1.0, 8.5, 1.4, 0.3]),
    acceleration=np.array([5.0, 150.0, 10.0, 2.0]),
    jerk=np.array([100.0, 6000.0, 200.0, 300.0]),
)


def assert_inside(sent: list[np.ndarray], limits: MotionLimits) -> None:
    """Fail unless positions and their first three differences are inside the limits, to a ten-thousandth."""
    q = np.array([sent[0]] * 3 + sent)
    assert np.isfinite(q).all()
    assert np.all(q <= limits.upper + 1e-9) and np.all(q >= limits.lower - 1e-9)
    for order, limit in ((1, limits.speed), (2, limits.acceleration), (3, limits.jerk)):
        worst = np.max(np.abs(np.diff(q, n=order, axis=0)) / DT**order / limit)
        assert worst <= 1.0001, f"difference {order} is {worst} times its limit"


def targets(kind: int, rng: np.random.Generator, limits: MotionLimits) -> Callable[[int, MotionState], np.ndarray]:
    """Return one kind of hostile command stream."""
    span = limits.upper - limits.lower
    steps = rng.uniform(limits.lower - 0.3 * span, limits.upper + 0.3 * span, (200, N))
    share = rng.uniform(0.1, 1.0)
    way = rng.choice([-1.0, 1.0], N)
    streams: tuple[Callable[[int, MotionState], np.ndarray], ...] = (
        lambda k, s: steps[k],
        lambda k, s: steps[k // 15],
        lambda k, s: s.q + way * share * limits.speed * DT,
        lambda k, s: s.q + way * (1 if (k // 23) % 2 else -1) * limits.speed * DT,
        lambda k, s: s.q + 10.0 ** (-3 + 6 * share) * (steps[k] - limits.lower) / span * way,
        lambda k, s: np.where(way > 0, limits.upper + 1, limits.lower - 1),
    )
    return streams[kind]


@pytest.mark.parametrize("limits", [LIMITS, UNEQUAL], ids=["equal", "unequal"])
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 5), st.floats(0, 0.2))
def test_whatever_is_asked_every_difference_stays_inside_its_limit(
    limits: MotionLimits, seed: int, kind: int, braking: float
) -> None:
    rng = np.random.default_rng(seed)
    state = MotionState.at_rest(rng.uniform(limits.lower, limits.upper))
    stream, sent, way = targets(kind, rng, limits), [state.q], rng.choice([-1.0, 1.0], N)
    for k in range(200):
        if rng.random() < braking or 120 <= k < 140:
            state = brake_step(state, limits, DT)
        else:
            state, _ = limit_step(stream(k, state), state, limits, DT, way * limits.speed * (k % 3) / 2)
        sent.append(state.q)
    assert_inside(sent, limits)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
@pytest.mark.parametrize("joint", range(N))
@pytest.mark.parametrize("way", [-1.0, 1.0])
def test_a_constant_speed_into_a_limit_ends_there_at_rest(joint: int, way: float, share: float) -> None:
    state, sent = MotionState.at_rest(np.zeros(N)), [np.zeros(N)]
    step = np.zeros(N)
    step[joint] = way * share * UNEQUAL.speed[joint] * DT
    bound = UNEQUAL.upper[joint] if way > 0 else UNEQUAL.lower[joint]
    for k in range(int(abs(bound / step[joint])) + 60):
        state, _ = limit_step((k + 1) * step, state, UNEQUAL, DT, step / DT)
        sent.append(state.q)
    assert_inside(sent, UNEQUAL)
    assert state.q[joint] == pytest.approx(bound, abs=1e-4) and abs(state.v[joint]) < 1e-3


def jerk_limited(limits: MotionLimits, start: np.ndarray, aim: np.ndarray) -> np.ndarray:
    """Return positions (T, N) of the quickest quintic from rest to rest whose sampled differences keep the limits."""
    reach = np.abs(aim - start)
    time = np.max([1.875 * reach / limits.speed, np.sqrt(5.78 * reach / limits.acceleration),
                   np.cbrt(60 * reach / limits.jerk)])  # fmt: skip
    s = np.minimum(np.arange(int(time / DT) + 2) * DT / time, 1.0)[:, None]
    return start + (aim - start) * (10 * s**3 - 15 * s**4 + 6 * s**5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.booleans())
def test_a_trajectory_that_keeps_all_limits_passes_unchanged_up_to_the_joint_limits(seed: int, full: bool) -> None:
    rng = np.random.default_rng(seed)
    start = rng.uniform(UNEQUAL.lower, UNEQUAL.upper)
    aim = (
        np.where(rng.random(N) < 0.5, UNEQUAL.upper, UNEQUAL.lower)
        if full
        else rng.uniform(UNEQUAL.lower, UNEQUAL.upper)
    )
    state = MotionState.at_rest(start)
    for q in jerk_limited(UNEQUAL, start, aim):
        state, limited = limit_step(q, state, UNEQUAL, DT, (q - state.q) / DT)
        assert not limited
        np.testing.assert_array_equal(state.q, q)


def test_the_quickest_braking_before_a_limit_passes_unchanged() -> None:
    # Built backwards from rest at the limit: the jerk step down to full deceleration, held, and back.
    drops = np.concatenate([np.arange(1, 4), np.full(6, 3), np.arange(3, 0, -1)]) * 100 * DT
    speed = np.cumsum(drops[::-1])[::-1] * DT
    assert speed[0] <= 1.0
    ramp = np.concatenate([np.linspace(0, 1, 30) ** 2 * (3 - 2 * np.linspace(0, 1, 30)) * speed[0], speed, [0.0, 0.0]])
    path = 2.0 - np.cumsum((ramp * DT)[::-1])[::-1]
    state = MotionState.at_rest(np.full(N, path[0]))
    for q in path[1:]:
        state, limited = limit_step(np.full(N, q), state, LIMITS, DT, (q - state.q) / DT)
        assert not limited


@pytest.mark.parametrize("limits", [LIMITS, UNEQUAL], ids=["equal", "unequal"])
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_a_target_that_jumps_and_stands_is_reached_and_never_overshot(limits: MotionLimits, seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, aim = (rng.uniform(limits.lower, limits.upper) for _ in range(2))
    near = start + (aim - start) * rng.choice([1e-4, 1e-2, 0.3])
    state, way = MotionState.at_rest(start), np.sign(near - start)
    for _ in range(1600):
        state, limited = limit_step(near, state, limits, DT)
        assert np.all(way * (state.q - near) <= 1e-9), "overshot"
        if not limited and state.resting:
            break
    assert state.resting and np.all(state.q == near)


def test_braking_ends_at_rest_without_turning_back_in_the_time_that_jerk_and_acceleration_need() -> None:
    state, sent, speed = MotionState.at_rest(np.zeros(N)), [np.zeros(N)], np.array([1.0, -0.5, 0.2, 0.0])
    for _ in range(30):
        state, _ = limit_step(state.q + speed * DT, state, LIMITS, DT, speed)
        sent.append(state.q)
    fast = state.v.copy()
    for _ in range(int((1.0 / 5.0 + 5.0 / 100.0) / DT) + 2):
        state = brake_step(state, LIMITS, DT)
        sent.append(state.q)
        assert np.all(state.v * fast >= 0), "no joint turns back"
    assert state.resting
    assert_inside(sent, LIMITS)


def test_one_factor_scales_the_step_of_the_whole_vector() -> None:
    state = MotionState.at_rest(np.zeros(N))
    for aim in (np.array([1.0, 0.5, -0.25, 0.0]), np.array([1e5, 0.5e5, -0.25e5, 0.0])):
        new, limited = limit_step(
            np.clip(aim, -2e5, 2e5), state, replace(LIMITS, upper=LIMITS.upper + 1e9, lower=LIMITS.lower - 1e9), DT
        )
        assert limited
        np.testing.assert_allclose(new.q / new.q[0], aim / aim[0], atol=1e-9)


@pytest.mark.parametrize("way", [1.0, -1.0])
def test_where_both_ends_of_a_range_cannot_be_kept_the_one_ahead_is(way: float) -> None:
    end, v, a = np.full(N, 2.0 * way), np.full(N, 0.059375 * way), np.full(N, -5.0 * way)
    there = replace(LIMITS, lower=end.copy(), upper=end.copy())
    state, _ = limit_step(end, MotionState.moving(end, v, a, there, DT), there, DT)
    assert np.all(way * state.q <= 2.0 + 1e-9)


def test_at_full_speed_the_direction_is_still_kept() -> None:
    aim, far = np.array([1.0, 0.5, -0.25, 0.0]), 1e9
    wide = replace(LIMITS, upper=LIMITS.upper + 2 * far, lower=LIMITS.lower - 2 * far)
    state = MotionState.at_rest(np.zeros(N))
    for _ in range(60):
        state, _ = limit_step(far * aim, state, wide, DT)
    assert state.v[0] == pytest.approx(1.0, rel=1e-5)
    np.testing.assert_allclose(state.v, aim, atol=1e-5)
