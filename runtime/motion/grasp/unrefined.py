"""The retargeted hand pose as a grasp: nothing of the object is used but where the closing fingers meet it."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.motion.grasp.check import GraspChecker
from skillc.runtime.motion.grasp.closing import close_hand
from skillc.runtime.motion.grasp.parameters import GraspParameters
from skillc.runtime.motion.grasp.pregrasp import approach_directions
from skillc.runtime.motion.grasp.search import raised_clear
from skillc.runtime.sim.hand_world import HandWorld


def unrefined_grasp(
    cell: Cell, world: HandWorld, parameters: GraspParameters, T_object_hand: FloatArray, kind: str
) -> Grasps:
    """Return the one grasp whose fingers close from the retargeted posture, the hand staying at its pose.

    It comes in as refined grasps do, by the clearest of the same directions, and presses as hard; a hand that would
    stand in the table is raised just until it does not.

    Args:
        cell: robot, scene and demonstration.
        world: the hand, the object and what stands beside.
        parameters: of the search, for how far fingers open and how hard they press.
        T_object_hand: (4, 4) pose of the hand.
        kind: "top" or "side".
    """
    p = parameters
    checker = GraspChecker(world, margin_m=0.02)

    def closed(T: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, int]:
        found = close_hand(
            cell.hand, cell.surface, T, cell.q_hand, open_m=p.open_m, grip_n=p.search.grip_max_n,
            effort_share=p.search.effort_share,
        )  # fmt: skip
        return found.q_open, found.q_grasp, found.q_squeeze, found.touching

    T_table_hand = raised_clear(
        checker, cell.T_table_manip @ T_object_hand, closed(T_object_hand)[1], cell.T_table_manip,
        clearance_m=p.search.table_clearance_m,
    )  # fmt: skip
    T = se3.inverse(cell.T_table_manip) @ T_table_hand
    q_open, q_grasp, q_squeeze, touching = closed(T)
    approach, _ = approach_directions(
        checker, T[None], q_open[None], cell.T_table_manip, cell.hand.T_hand_palm, length_m=p.approach_m,
        enough_m=p.clearance_m,
    )  # fmt: skip
    return Grasps(
        hand_joint_names=cell.profile.manipulator.hand_joints,
        T_object_hand=T[None],
        q_grasp=q_grasp[None],
        q_squeeze=q_squeeze[None],
        q_hold=q_squeeze[None],
        q_open=q_open[None],
        q_pre=q_open[None],
        approach_object=approach,
        fingers=np.array([touching], dtype=np.int64),
        stable=np.zeros(1, dtype=np.bool_),
        tracking_error_m=np.full(1, np.inf),
        announced=np.zeros(1, dtype=np.bool_),
        kind=kind,
    )
