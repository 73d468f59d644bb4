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


def settling(v: FloatArray, a: FloatArray, acceleration: FloatArray, jerk_step: FloatArray, dt: float) -> FloatArray:
    """Return how far upwards a joint comes to stand for good, rad, >= 0: at rest and no longer accelerated.

    Arguments as in `travel`. Hardest braking ends a motion while it still decelerates, and so turns it back; here the
    deceleration grows to its peak, stays there if that is the largest, and falls. Counted in continuous time: the way
    in ticks, whose speed falls a tick earlier, is a little shorter.
    """
    jerk = jerk_step / dt
    peak_squared = jerk * v + a * a / 2
    peak = np.minimum(np.sqrt(np.maximum(peak_squared, 1e-12)), acceleration)
    grows = np.maximum((a + peak) / jerk, 0.0)
    fast = v + grows * (a - jerk * grows / 2)
    stays = np.maximum(fast - peak**2 / (2 * jerk), 0.0) / peak
    moved = (
        grows * (v + grows * (a / 2 - jerk * grows / 6)) + stays * (fast - peak * stays / 2) + peak**3 / (6 * jerk**2)
    )
    # Decelerated more than it needs: it turns back however it goes on.
    turning = (2 * jerk * np.maximum(v, 0.0)) ** 1.5 / (6 * jerk**2)
    moved = np.where((a < 0) & (a * a / 2 > jerk * v), turning, moved)
    way: FloatArray = np.where(peak_squared < 0, 0.0, np.maximum(moved, 0.0))
    return way


def ways_to_rest(
    v: FloatArray, a: FloatArray, acceleration: FloatArray, jerk_step: FloatArray, dt: float
) -> FloatArray:
    """Return how far a joint still moves up, and how far down, under hardest braking, (2, ..., n) rad."""
    return travel(np.array([v, -v]), np.array([a, -a]), acceleration, jerk_step, dt)
