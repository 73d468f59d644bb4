"""How lightly a lifted object may be held: with the least squeeze that a shake as calm as a carry does not loosen.

Closing and lifting take the whole squeeze. What is carried is not thrown about, and motors that hold it for seconds
grow hot: once it is lifted, the fingers ease.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.grasp.parameters import HoldParameters
from skillc.runtime.motion.grasp.stability_test import StabilityParameters, shake_test
from skillc.runtime.motion.grasp.tested_grasps import TestedGrasp, held_use
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.sim.hand_world import HandWorld


def eased(
    hand: HandModel,
    grasps: Sequence[TestedGrasp],
    worlds: Sequence[HandWorld],
    T_table_object: FloatArray,
    *,
    stability: StabilityParameters,
    parameters: HoldParameters,
    threads: int,
) -> list[TestedGrasp]:
    """Return the grasps with the lightest hold that lets go in no world in which the whole squeeze holds.

    Args:
        hand: kinematics and gains.
        grasps: stable or not; of those that are not, nothing is eased.
        worlds: the unvaried one first.
        T_table_object: (4, 4) at rest.
        stability: course of the test.
        parameters: see there.
        threads: simulator threads.
    """
    course = replace(stability, shake_m=parameters.shake_m, wrist_s=parameters.wrist_s)
    found = list(grasps)
    held = np.zeros((len(found), len(worlds)), dtype=np.bool_)
    going = [k for k, grasp in enumerate(found) if grasp.share > 0.0]
    for share in (1.0, *parameters.shares):
        if not going:
            break
        now = [found[k] for k in going]
        q_hold = np.array([g.q + share * (g.squeeze - g.q) for g in now])
        seen = shake_test(
            worlds, T_object_hand=np.array([g.T for g in now]), approach_object=np.array([g.approach for g in now]),
            q_pre=np.array([g.opened for g in now]), q_squeeze=np.array([g.squeeze for g in now]), q_hold=q_hold,
            T_table_object=T_table_object, parameters=course, threads=threads,
        )  # fmt: skip
        if share == 1.0:
            held[going] = seen.accepted
        use = held_use(hand, seen.pressed_rad[:, 0])
        still = [i for i, k in enumerate(going) if seen.accepted[i, 0] and not np.any(held[k] & ~seen.accepted[i])]
        for i in still:
            found[going[i]] = replace(now[i], hold=q_hold[i], held_use=float(use[i]))
        going = [going[i] for i in still]
    return found
