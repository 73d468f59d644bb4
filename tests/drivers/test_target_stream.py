"""What the arm gets between the targets: all limits at every moment, and rest when no target comes."""

import numpy as np
import pytest

from skillc.runtime.drivers.target_stream import GIVEN_UP_TICKS, SLACK_S, TargetStream
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.motion_limits import MotionState, limit_step

DT, FINE = 1 / 60, 1 / 1000
LIMITS = MotionLimits(
    lower=np.full(2, -1.0), upper=np.full(2, 1.0), speed=np.array([1.4, 0.9]), acceleration=np.array([5.2, 9.0]),
    jerk=np.array([100.0, 150.0]),
)  # fmt: skip


def streamed(targets: list[np.ndarray | None], seconds: float, late: np.ndarray | None = None) -> np.ndarray:
    """Return positions at 1 kHz of a stream that gets its k-th target at tick k, `late` seconds later."""
    stream = TargetStream(np.zeros(2), LIMITS, DT)
    due = [k * DT + (0.0 if late is None else late[k]) for k in range(len(targets))]
    found, k = [], 0
    for t in np.arange(0.0, seconds, FINE):
        while k < len(targets) and due[k] <= t:
            if targets[k] is not None:
                stream.receive(targets[k], t)
            k += 1
        found.append(stream.at(t))
    return np.array(found)


def assert_within_limits(q: np.ndarray) -> None:
    for order, limit in ((1, LIMITS.speed), (2, LIMITS.acceleration), (3, LIMITS.jerk)):
        rate = np.abs(np.diff(q, n=order, axis=0)) / FINE**order
        assert (rate.max(axis=0) <= limit * (1 + 1e-4)).all(), order
    assert (q >= LIMITS.lower - 1e-12).all() and (q <= LIMITS.upper + 1e-12).all()


def sound_targets(rng: np.random.Generator, count: int) -> list[np.ndarray]:
    """Return a stream that keeps all limits, as the safety filter sends it."""
    state, aim, found = MotionState.at_rest(np.zeros(2)), np.zeros(2), []
    for k in range(count):
        aim = rng.uniform(-1.2, 1.2, 2) if k % 20 == 0 else aim
        state, _ = limit_step(aim, state, LIMITS, DT)
        found.append(state.q)
    return found


def test_between_sound_targets_every_limit_holds_and_the_delay_is_two_periods() -> None:
    targets = sound_targets(np.random.default_rng(0), 300)
    q = streamed(targets, 300 * DT)
    assert_within_limits(q)
    sent = np.array(targets)
    for k in range(10, 290):
        # At a knot the spline is the mean of three targets, the middle one twice a period old.
        at = q[round((k * DT + SLACK_S) / FINE)]
        mean = (sent[k - 3] + 4 * sent[k - 2] + sent[k - 1]) / 6
        np.testing.assert_allclose(at, mean, atol=2e-3)


@pytest.mark.parametrize("seed", range(8))
def test_no_stream_of_targets_breaks_a_limit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    targets: list[np.ndarray | None] = list(sound_targets(rng, 120))
    for k in rng.integers(0, 120, 30):
        wrong = [None, np.full(2, np.nan), np.full(2, 5.0), rng.uniform(-1, 1, 2), np.zeros(3)]
        targets[k] = wrong[rng.integers(5)]
    assert_within_limits(streamed(targets, 3.0, late=rng.uniform(0, 0.03, 120)))


def test_when_no_target_comes_it_brakes_to_rest_within_its_limits() -> None:
    targets: list[np.ndarray | None] = [np.array([0.5, 0.3]) * (k * DT) for k in range(60)]
    q = streamed(targets, 2.0)
    assert_within_limits(q)
    assert (q[-1] == q[-200]).all()


def test_after_six_missing_targets_it_takes_no_more() -> None:
    stream = TargetStream(np.zeros(2), LIMITS, DT)
    stream.receive(np.full(2, 0.001), 0.0)
    stream.at((GIVEN_UP_TICKS + 2) * DT + 0.02)
    assert stream.given_up
    stream.at(0.5)
    assert stream.resting
    stream.receive(np.full(2, 0.5), 1.0)
    assert (stream.at(3.0) < 0.01).all()


def test_a_late_target_is_waited_for_before_it_is_missing() -> None:
    targets = sound_targets(np.random.default_rng(3), 200)
    late = np.random.default_rng(0).uniform(0, SLACK_S * 0.7, 200)
    late[0] = 0.0
    np.testing.assert_allclose(streamed(targets, 3.0, late=late), streamed(targets, 3.0), atol=1e-9)


def test_targets_that_rest_are_reached_and_kept_however_many_are_lost() -> None:
    rng = np.random.default_rng(1)
    moving = sound_targets(rng, 60)
    targets: list[np.ndarray | None] = [*moving, *([moving[-1]] * 120)]
    for k in rng.integers(1, 150, 50):
        targets[k] = None
    q = streamed(targets, 3.0)
    assert np.abs(q[-150:] - moving[-1]).max() < 1e-6


def test_a_lost_target_is_bridged_by_going_on() -> None:
    # A robot that goes as fast as it may has nothing left to catch up with.
    targets: list[np.ndarray | None] = [0.3 * q for q in sound_targets(np.random.default_rng(5), 100)]
    lossless = streamed(targets, 1.6)
    targets[30] = targets[61] = targets[62] = None
    assert np.abs(streamed(targets, 1.6) - lossless).max() < 0.02


def test_giving_up_brakes_at_once() -> None:
    stream = TargetStream(np.zeros(2), LIMITS, DT)
    for k in range(60):
        stream.receive(np.array([0.5, 0.3]) * (k * DT), k * DT)
        stream.at(k * DT)
    stream.give_up()
    stream.receive(np.full(2, 0.9), 60 * DT)
    assert stream.at(63 * DT)[0] < stream.at(70 * DT)[0] < 0.56 and stream.at(3.0)[0] < 0.56
