"""How a lifted object is held: with little more than the motors hold without end, where a calm shake allows it.

Closing and lifting take the whole squeeze. What is carried is not thrown about, and motors that hold it for seconds
grow hot: once it is lifted, the fingers ease.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.grasp.parameters import HoldParameters
from skillc.runtime.motion.grasp.stability_test import StabilityParameters, StabilityResult, shake_test
from skillc.runtime.motion.grasp.tested_grasps import TestedGrasp, held_use
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.sim.hand_world import HandWorld

SHARES = np.linspace(1.0, 0.0, 101)
"""ours: of the pressing of the whole squeeze, firmest first; a hundredth is far below what a motor resolves."""


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
    """Return the grasps, each with the lightest hold tried that lets go in no world in which the whole squeeze holds.

    All fingers ease alike from where they come to rest, so that forces which balance still do.

    Args:
        hand: kinematics and gains.
        grasps: those that are not stable are returned as they are.
        worlds: the unvaried one first.
        T_table_object: (4, 4) at rest.
        stability: course of the test.
        parameters: see there.
        threads: simulator threads.
    """
    course = replace(stability, shake_m=parameters.shake_m, wrist_s=parameters.wrist_s)

    def shaken(some: Sequence[TestedGrasp]) -> StabilityResult:
        return shake_test(
            worlds, T_object_hand=np.array([g.T for g in some]), approach_object=np.array([g.approach for g in some]),
            q_pre=np.array([g.opened for g in some]), q_squeeze=np.array([g.squeeze for g in some]),
            q_hold=np.array([g.hold for g in some]), T_table_object=T_table_object, parameters=course, threads=threads,
        )  # fmt: skip

    found = list(grasps)
    going = [k for k, grasp in enumerate(found) if grasp.share > 0.0]
    if not going:
        return found
    whole = shaken([found[k] for k in going])
    held = [k for k, accepted in zip(going, whole.accepted[:, 0]) if accepted]
    rows = dict(zip(going, range(len(going))))
    for k in held:
        found[k] = replace(found[k], held_use=float(held_use(hand, whole.torque_nm[rows[k], 0])))
    for firmer in parameters.firmer:
        if not held:
            break
        tried = []
        for k in held:
            settled, torque = whole.settled_rad[rows[k], 0], whole.torque_nm[rows[k], 0]
            least = sustained_share(hand, settled, found[k].squeeze, torque, parameters.use)
            share = least + firmer * (1.0 - least)
            tried.append(replace(found[k], hold=settled + share * (found[k].squeeze - settled)))
        seen = shaken(tried)
        lost = [bool(np.any(whole.accepted[rows[k]] & ~seen.accepted[i])) for i, k in enumerate(held)]
        for i, k in enumerate(held):
            if not lost[i]:
                found[k] = replace(tried[i], held_use=float(held_use(hand, seen.torque_nm[i, 0])))
        held = [k for i, k in enumerate(held) if lost[i]]
    return found


def sustained_share(hand: HandModel, settled: FloatArray, squeeze: FloatArray, torque: FloatArray, use: float) -> float:
    """Return the largest share of a squeeze's pressing that asks no motor for more than `use` of what it holds.

    Args:
        hand: gains, and what motors hold without end.
        settled: (m,) rad, where the squeezing fingers come to rest.
        squeeze: (m,) rad, their targets.
        torque: (m,) Nm asked for there; beyond the pressing it carries the fingers' own weight.
        use: above 1 is more than the motors hold without end.
    """
    pressing = hand.kp * (squeeze - settled)
    asked = held_use(hand, torque - pressing + SHARES[:, None] * pressing)
    return float(SHARES[int(np.argmax(asked <= use))]) if np.any(asked <= use) else float(SHARES[np.argmin(asked)])
