"""What the joint servos are told: the position target, and the speed at which it moves.

MuJoCo's position servo damps against standstill, so it lags a moving target by kv / kp seconds (50 ms on the arm); a
real servo damps against the commanded speed. Adding that lag times the speed to the target gives
`kp (q_target - q) + kv (v_target - v)`.
"""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.sim.world import World


def lag(world: World) -> FloatArray:
    """Return kv / kp (n,) in seconds of every servo, driver order."""
    model = world.model
    ratio: FloatArray = model.actuator_biasprm[world.actuator, 2] / model.actuator_biasprm[world.actuator, 1]
    return ratio


def servo_targets(qpos: FloatArray, dt: float, lag_s: FloatArray) -> FloatArray:
    """Return the targets (T, n) to send for the commands qpos (T, n), one every dt seconds, starting at rest."""
    speed = np.diff(qpos, axis=0, prepend=qpos[:1]) / dt
    return qpos + lag_s * speed


def through_backlash(target: FloatArray, q: FloatArray, backlash_rad: FloatArray) -> FloatArray:
    """Return the targets (n,) with which a servo pulls as it does through gears with play `backlash_rad` (n,), rad.

    The motor turns freely in the middle of the play, where nothing reaches the joint, and works from its ends on: a
    joint rests anywhere within half the play of its target. The motor's own inertia is left out.
    """
    error = target - q
    half: FloatArray = backlash_rad / 2
    return np.where(half > 0, q + np.sign(error) * np.maximum(np.abs(error) - half, 0.0), target)
