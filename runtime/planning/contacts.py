"""Hand poses that touch a slid object where the demonstrated one does: the hand turned about the point of contact.

A push needs a point of the hand at a point of the object; how the rest of the hand is turned about it is free, as far
as nothing else touches first. The build chooses among turned hands, too, for its one scene; a plan has to in others.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, raised
from skillc.runtime.planning.clear_space import MARGIN_M, ClearSpace
from skillc.runtime.planning.shown_contact import ShownContact

TURNS_RAD = tuple(np.deg2rad([20.0, 40.0, 60.0]).tolist())
"""ours: a third of what the refinement of a push tries, about every axis."""
WANDER_M = 0.015
"""ours: how far the point of contact may move on the object, a fingertip's radius and a bit."""
GAP_M = 0.0003
"""ours: how exactly the demonstrated gap is met."""


@dataclass(frozen=True, kw_only=True)
class TurnedContact:
    """One way to touch."""

    T_manip_hand: FloatArray
    """(4, 4)."""
    turn_rad: float
    """Of the hand from the demonstrated pose."""


def slide_contacts(cell: Cell, shown: ShownContact) -> tuple[TurnedContact, ...]:
    """Return the demonstrated contact, then those that touch at the same point with the hand turned, least first."""
    contacts = [TurnedContact(T_manip_hand=shown.T_manip_hand, turn_rad=0.0)]
    gap, point = nearness(cell, shown, shown.T_manip_hand)
    if not gap < MARGIN_M:
        return tuple(contacts)
    axes = np.array([axis for axis in itertools.product((-1.0, 0.0, 1.0), repeat=3) if any(axis)])
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    for angle, axis in itertools.product(TURNS_RAD, axes):
        R = Rotation.from_rotvec(angle * axis).as_matrix()
        T = se3.from_parts(R, point - R @ point) @ shown.T_manip_hand
        settled = _settled(cell, shown, T, gap, point)
        if settled is not None:
            contacts.append(TurnedContact(T_manip_hand=settled, turn_rad=angle))
    return tuple(contacts)


def _settled(
    cell: Cell, shown: ShownContact, T_manip_hand: FloatArray, gap: float, point: FloatArray
) -> FloatArray | None:
    """Move a hand pose (4, 4) along the slide until it is as near as demonstrated; None if that is elsewhere."""
    along = np.array([*shown.end_direction, 0.0]) / np.linalg.norm(shown.end_direction)
    T = T_manip_hand
    for _ in range(4):
        here, touched = nearness(cell, shown, T)
        if not np.linalg.norm(touched - point) <= WANDER_M:
            return None
        if abs(here - gap) <= GAP_M:
            return T
        T = raised(T, (here - gap) * along)
    return None


def nearness(cell: Cell, shown: ShownContact, T_manip_hand: FloatArray) -> tuple[float, FloatArray]:
    """Return how near the hand is to the object (m), and where (3,) in the object frame."""
    space = ClearSpace(
        cell.world, cell.profile, cell.twin.manipulated.name, {}, T_hand_object=se3.inverse(T_manip_hand)
    )
    q = np.concatenate([cell.q_start, shown.q_grasp])
    seen = space.near(q, named=True)
    T_table_object = cell.T_table_robot @ cell.arm.hand_pose(cell.q_start[None])[0] @ se3.inverse(T_manip_hand)
    return float(seen.distance[1]), se3.apply(se3.inverse(T_table_object), seen.points[1:2])[0]
