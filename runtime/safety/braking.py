"""What a joint still does when it brakes as hard as acceleration and jerk allow: exact, tick by tick, in closed form.

A joint moves in ticks: `v` and `a` are first and second differences of the positions sent. Braking lowers `a` by the
jerk step each tick until it is the full deceleration. No other braking stops earlier, so a state from which this one
stays inside a limit is safe, and a state from which it does not is not.
"""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray


def peak_speed(v: FloatArray, a: FloatArray, jerk_step: FloatArray, dt: float) -> FloatArray:
    """Return the largest speed that is reached while `a` falls to zero.

    Args:
        v: (..., n) rad/s, speed of the last tick.
        a: (..., n) rad/s^2, acceleration of the last tick.
        jerk_step: (n,) rad/s^2, largest change of the acceleration in one tick.
        dt: s.
    """
    rising = np.maximum(a, 0.0)
    ticks = np.floor(rising / jerk_step)
    peak: FloatArray = v + dt * (ticks * rising - jerk_step * ticks * (ticks + 1) / 2)
    return peak


def travel(v: FloatArray, a: FloatArray, acceleration: FloatArray, jerk_step: FloatArray, dt: float) -> FloatArray:
    """Return how far a joint still moves upwards under hardest braking, rad, >= 0; arguments as in `peak_speed`.

    `acceleration` (n,) rad/s^2 is the largest deceleration. Going down is the same with `v` and `a` negated.
    """
    # While the deceleration grows: v_i = v + dt (i a - i (i + 1) / 2 jerk_step); the last tick upwards is at its root.
    half = a - jerk_step / 2
    inside = half * half + 2 * jerk_step * v / dt
    root = np.floor((half + np.sqrt(np.maximum(inside, 0.0))) / jerk_step)
    grown = np.maximum(np.floor((a + acceleration) / jerk_step), 0.0)
    i = np.where(inside < 0, 0.0, np.clip(root, 0.0, grown))
    moved = dt * (i * v + dt * (a * i * (i + 1) / 2 - jerk_step * i * (i + 1) * (i + 2) / 6))
    # Then the deceleration stays; nothing is left to do if the joint stood still before.
    left = np.maximum(np.where(i >= grown, v + dt * (i * a - jerk_step * i * (i + 1) / 2), 0.0), 0.0)
    k = np.floor(left / (acceleration * dt))
    moved = moved + dt * (k * left - acceleration * dt * k * (k + 1) / 2)
    distance: FloatArray = np.maximum(moved, 0.0)
    return distance


def ways_to_rest(
    v: FloatArray, a: FloatArray, acceleration: FloatArray, jerk_step: FloatArray, dt: float
) -> FloatArray:
    """Return how far a joint still moves up, and how far down, under hardest braking, (2, ..., n) rad."""
    return travel(np.array([v, -v]), np.array([a, -a]), acceleration, jerk_step, dt)
