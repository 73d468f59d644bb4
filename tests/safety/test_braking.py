"""The closed forms equal a braking that is stepped tick by tick."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillc.runtime.safety.braking import peak_speed, settling, travel

DT = 1 / 60


def stepped(v: float, a: float, acceleration: float, jerk_step: float) -> tuple[float, float]:
    """Return farthest displacement and peak speed, braking as hard as possible for ten seconds of ticks."""
    moved, farthest, fastest, ramp, rising = 0.0, 0.0, v, v, max(a, 0.0)
    for _ in range(2000):
        a = max(a - jerk_step, -acceleration)
        v += a * DT
        moved += v * DT
        farthest = max(farthest, moved)
        rising = max(rising - jerk_step, 0.0)
        ramp += rising * DT
        fastest = max(fastest, ramp)
    return farthest, fastest


@settings(max_examples=300, deadline=None)
@given(
    st.floats(-10, 10), st.floats(-1, 1), st.floats(0.5, 200), st.floats(0.05, 3.0),
)  # fmt: skip
def test_closed_forms_equal_stepping(v: float, share: float, acceleration: float, step_share: float) -> None:
    step, a = acceleration * step_share, share * acceleration
    far, fast = stepped(v, a, acceleration, step)
    arrays = [np.array([x]) for x in (v, a, acceleration, step)]
    assert travel(*arrays, DT)[0] == pytest.approx(far, abs=1e-7 + 1e-9 * far)
    assert peak_speed(arrays[0], arrays[1], arrays[3], DT)[0] == pytest.approx(fast, abs=1e-9)


def test_a_joint_at_rest_goes_nowhere() -> None:
    zero, one = np.zeros(1), np.ones(1)
    assert travel(zero, zero, one, one, DT)[0] == 0 and peak_speed(zero, zero, one, DT)[0] == 0


@settings(max_examples=300, deadline=None)
@given(st.floats(0, 10), st.floats(0, 1), st.floats(0.5, 200), st.floats(0.05, 3.0))
def test_a_joint_settles_no_farther_than_told_and_little_before(
    v: float, share: float, acceleration: float, step_share: float
) -> None:
    step, a = acceleration * step_share, share * acceleration
    arrays = [np.array([x]) for x in (v, a, acceleration, step)]
    told = float(settling(*arrays, DT)[0])
    # In finer and finer ticks with the same jerk: brake as late as ends at rest without acceleration.
    fine, jerk, moved = DT / 200, step / DT, 0.0
    fastest = max(v, v + max(a, 0.0) ** 2 / (2 * jerk))
    for _ in range(400_000):
        if v <= 0 and (a <= 0 or v + a * a / (2 * jerk) <= 0):
            break
        # Falling acceleration is due until what is left of the speed is what its easing takes.
        eases = a < 0 and v <= a * a / (2 * jerk)
        a = min(a + jerk * fine, 0.0) if eases else max(a - jerk * fine, -acceleration)
        v += a * fine
        moved += v * fine
    assert told == pytest.approx(max(moved, 0.0), abs=1e-6 + 0.02 * told + 2 * fastest * fine)
    assert told >= travel(*arrays, DT)[0] - 1e-9
