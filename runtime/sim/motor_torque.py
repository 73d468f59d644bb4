"""What position servos ask of their motors at states that were simulated."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray


def asked_torque(model: mujoco.MjModel, qpos: FloatArray, told: FloatArray, actuator: IntArray) -> FloatArray:
    """Return the torque (S, n) in Nm that servos ask for at slow states, bounded by nothing.

    Pressing towards the target, and what carries the robot's own weight: both come out of the same motor
    (`world_parts.add_servo`). Damping is left out.

    Args:
        model: with servos of `add_servo`, on bodies whose weight they carry.
        qpos: (S, nq) positions of everything.
        told: (n,) or (S, n), targets of the servos.
        actuator: (n,) their ids.
    """
    data = mujoco.MjData(model)
    joint = model.actuator_trnid[actuator, 0]
    weight = np.empty((len(qpos), model.nv))
    for q, row in zip(qpos, weight):
        data.qpos[:] = q
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_rne(model, data, 0, row)
    pressing = model.actuator_gainprm[actuator, 0] * (told - qpos[:, model.jnt_qposadr[joint]])
    return np.asarray(pressing + weight[:, model.jnt_dofadr[joint]])
