"""Which of the grasps found are stable when they are shaken."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.motion.grasp.check import GraspChecker
from skillc.runtime.motion.grasp.parameters import GraspParameters
from skillc.runtime.motion.grasp.pregrasp import approach_directions, backed_off
from skillc.runtime.motion.grasp.search import GraspSet
from skillc.runtime.motion.grasp.stability_test import shake_test
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.sim.hand_world import HandWorld

ROOM_M = 0.01
"""ours: 3 mm and 0.5 deg of a calibration come to 9 mm at the arm's reach; less room presses on the table."""
TURN_RAD = 0.17
"""ours: 10 deg; half of what hands seen in colour are uncertain by."""


@dataclass(frozen=True, kw_only=True)
class TestedGrasp:
    """A grasp that was shaken; the object's frame."""

    T: FloatArray
    """(4, 4) T_object_hand."""
    q: FloatArray
    """(m,) fingers in contact."""
    squeeze: FloatArray
    """(m,) commanded to close and lift."""
    hold: FloatArray
    """(m,) commanded once it is lifted."""
    held_use: float
    """Mean torque that holding asks of a motor, over what it holds without end; the worst joint, unvaried world.

    0 as long as that was not measured."""
    opened: FloatArray
    """(m,) on the way in."""
    pre: FloatArray
    """(m,) hovering just off the object."""
    approach: FloatArray
    """(3,) direction of the way in."""
    room_m: float
    """Clearance of the open hand on the way in to object, table and what stands beside."""
    fingers: int
    """In contact."""
    share: float
    """0..1 of the varied worlds in which it is stable."""
    error: float
    """m, tracking error in the unvaried world."""
    turned: float
    """rad, against the demonstrated orientation."""

    def rank(self, sure_share: float) -> tuple[float, ...]:
        """Good ones first, of these the least turned (to `TURN_RAD`); then the surest, roomiest, coolest, best tracked.

        A grasp is good that is sure, has half of `ROOM_M`, and asks of no motor more than it holds without end.
        """
        room = round(2.0 * min(self.room_m, ROOM_M) / ROOM_M)
        good = self.share >= sure_share and room >= 1 and self.held_use <= 1.0
        turned = round(self.turned / TURN_RAD) if good else 0
        rest = (-round(self.share, 2), -room, round(self.held_use, 1), self.error, -self.fingers, self.turned)
        return (not good, turned, *rest)


def held_use(hand: HandModel, torque_nm: FloatArray) -> FloatArray:
    """Return the torque (..., m) asked of the worst motor, over what it holds without end (...)."""
    return np.asarray(np.max(np.abs(torque_nm) / hand.hold_torque, axis=-1))


def within_effort(hand: HandModel, q: FloatArray, q_squeeze: FloatArray, torque_nm: FloatArray) -> FloatArray:
    """Return squeezes (K, m) that ask of no motor more than it gives at its current limit.

    Beyond that a command presses no harder, and what a joint does is no longer the command's.

    Args:
        hand: kinematics and gains.
        q: (K, m) postures in contact.
        q_squeeze: (K, m) targets.
        torque_nm: (K, m) that they asked for; NaN where the object was lost.
    """
    asked = np.max(np.abs(torque_nm) / hand.effort, axis=1, keepdims=True)
    return np.asarray(q + (q_squeeze - q) / np.fmax(asked, 1.0))


def tested_grasps(
    cell: Cell,
    found: GraspSet,
    checker: GraspChecker,
    worlds: list[HandWorld],
    p: GraspParameters,
    T_demonstrated: FloatArray,
    threads: int,
) -> tuple[list[TestedGrasp], int]:
    """Shake the best-looking grasps in the unvaried world, then the stable ones in the varied worlds.

    Where none is to be probed, the best-looking ones are taken whatever shaking says.
    """
    if not len(found.q):
        return [], 0
    centre = np.asarray(cell.twin.manipulated.center_of_mass_m)
    middle = np.sum(found.points * found.used[..., None], axis=1) / found.used.sum(axis=1, keepdims=True)
    looks = found.used.sum(axis=1) - np.abs(middle[:, 2] - centre[2]) / (0.25 * cell.surface.height)
    found = found.keep(np.argsort(-looks, kind="stable")[: 2 * p.tested])
    opened = backed_off(cell.hand, found, p.open_m, p.ik)
    approach, clear = approach_directions(
        checker, found.T_object_hand, opened, cell.T_table_manip, cell.hand.T_hand_palm, length_m=p.approach_m,
        enough_m=p.clearance_m,
    )  # fmt: skip
    good = np.argsort(-np.minimum(clear, p.clearance_m), kind="stable")[: p.tested]
    good = np.sort(good[clear[good] > 0.0])
    if not len(good):
        return [], 0
    found, opened, approach, clear = found.keep(good), opened[good], approach[good], clear[good]
    near = backed_off(cell.hand, found, p.pre_m, p.ik)
    first = shake_test(
        worlds[:1], T_object_hand=found.T_object_hand, approach_object=approach, q_pre=opened,
        q_squeeze=found.q_squeeze, T_table_object=cell.T_table_manip, parameters=p.stability, threads=threads,
    )  # fmt: skip
    stable = np.flatnonzero(first.accepted[:, 0])
    stable = stable[np.argsort(first.tracking_error_m[stable, 0])][: p.probed]
    chosen = stable if len(stable) else np.arange(min(len(good), 2))
    squeeze = within_effort(cell.hand, found.q, found.q_squeeze, first.torque_nm[:, 0])
    varied = shake_test(
        worlds[1:], T_object_hand=found.T_object_hand[stable], approach_object=approach[stable],
        q_pre=opened[stable], q_squeeze=squeeze[stable], T_table_object=cell.T_table_manip,
        parameters=p.stability, threads=threads,
    )  # fmt: skip
    shares = varied.accepted.mean(axis=1) if len(stable) else np.zeros(len(chosen))
    turned = Rotation.from_matrix(found.T_object_hand[chosen, :3, :3] @ T_demonstrated[:3, :3].T).magnitude()
    tested = [
        TestedGrasp(
            T=found.T_object_hand[k],
            q=found.q[k],
            squeeze=squeeze[k],
            hold=squeeze[k],
            held_use=0.0,
            opened=opened[k],
            pre=near[k],
            approach=approach[k],
            room_m=float(clear[k]),
            fingers=int(found.used[k].sum()),
            share=float(shares[i]) if len(stable) else 0.0,
            error=float(first.tracking_error_m[k, 0]) if len(stable) else np.inf,
            turned=float(turned[i]),
        )
        for i, k in enumerate(chosen)
    ]
    return tested, len(good) + len(stable) * (len(worlds) - 1)
