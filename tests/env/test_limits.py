import numpy as np

from skillc.runtime.env.limits import CommandStates, limit_steps
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.motion_limits import MotionState, limit_step

DT = 1 / 60
LIMITS = MotionLimits(
    lower=np.array([-1.0, -0.5, -2.0]), upper=np.array([1.0, 0.5, 2.0]), speed=np.array([1.0, 8.0, 2.0]),
    acceleration=np.array([5.0, 150.0, 10.0]), jerk=np.array([100.0, 6000.0, 200.0]),
)  # fmt: skip


def test_many_robots_are_limited_as_each_is_by_the_safety_filter() -> None:
    """Tick by tick, from the same state, over targets that move gently, jump, and lie outside the limits."""
    rng, number = np.random.default_rng(0), 16
    targets = np.cumsum(rng.normal(size=(number, 3)) * [0.3, 0.3, 0.3], axis=0)
    q = rng.uniform(-0.4, 0.4, (number, 3))
    state = CommandStates(q=q, v=np.zeros_like(q), a=np.zeros_like(q))
    wanted, pulled = q.copy(), 0
    for tick in range(60):
        jump = (rng.random((number, 1)) < 0.1) * rng.normal(size=(number, 3))
        before, wanted = wanted, q + 0.2 * np.sin(tick * DT * (1 + np.arange(number)[:, None] % 5)) * targets + jump
        speed = np.clip((wanted - before) / DT, -LIMITS.speed, LIMITS.speed)
        after, limited = limit_steps(wanted, state, LIMITS, DT, speed)
        for i in range(number):
            own = MotionState.moving(state.q[i], state.v[i], state.a[i], LIMITS, DT)
            one, was_limited = limit_step(wanted[i], own, LIMITS, DT, speed[i])
            assert np.abs(one.q - after.q[i]).max() < 1e-7
            assert was_limited == limited[i]
        pulled += int(limited.sum())
        state = after
    assert number * 10 < pulled < number * 60
    assert np.all(state.q <= LIMITS.upper + 1e-9) and np.all(state.q >= LIMITS.lower - 1e-9)
