"""Where a hand may push or pull: the contact pose of A.2.2 and poses near it, nearest to the demonstration first."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, PathParameters, raised, reachable_postures
from skillc.runtime.motion.path.object_path import ObjectPath, carried_path
from skillc.runtime.motion.push.contact import PushContact, PushParameters, motion_direction, refine_push
from skillc.runtime.motion.push.seat import FINGER_INSET_RAD, SeatBounds, seated
from skillc.runtime.tasks.catalog import task_type

CHUNK = 48
"""ours: drafts whose reach is solved at once; the first few chunks hold the ones that are kept."""


@dataclass(frozen=True, kw_only=True)
class PushSearch:
    """Poses tried besides the paper's own, nearest first."""

    leading: tuple[str, ...]
    """Fingers whose tip may push: the paper's, then those that reach lower where the hand is rolled."""
    other_finger_rad: float
    """Turn of the hand that counts as much as taking the next of these."""
    no_tip_rad: float
    """The same of a pose at which no fingertip touches first, or the rim is touched."""
    straightened: tuple[float, ...]
    """Shares of the way from the demonstrated fingers to straight ones."""
    aligned: tuple[float, ...]
    """Shares of the turn that makes the fingertip's normal face the motion, below the whole one."""
    turns_rad: tuple[float, ...]
    """Turns about the motion direction with the normal aligned (it stays so)."""
    heights: tuple[float, ...]
    """alpha of the contact height."""
    keep: int
    """Feasible candidates returned."""
    announce_rad: float
    """A hand turned by more than this from the demonstration is announced."""
    seat: SeatBounds
    """How the hand is set against the object."""


@dataclass(frozen=True, kw_only=True)
class PushCandidate:
    """A contact pose that the arm reaches and that touches nothing but the object."""

    contact: PushContact
    q_hand: FloatArray
    """(m,) fingers at contact."""
    straightened: float
    """0..1 of the way from the demonstrated fingers to straight ones."""
    deviation_rad: float
    """How far the hand is turned from the demonstrated orientation."""
    cost: float


def push_candidates(
    cell: Cell, parameters: PushParameters, paths: PathParameters, search: PushSearch
) -> tuple[list[PushCandidate], ObjectPath]:
    """Return feasible contact poses, nearest to the demonstration first, and the path of the object."""
    path = pushed_path(cell, paths)
    drafts = sorted(_drafts(cell, parameters, search), key=lambda d: d.cost)
    return _feasible(cell, drafts, path, paths, search), path


@dataclass(frozen=True)
class _Draft:
    contact: PushContact
    q_hand: FloatArray
    straightened: float
    deviation: float
    cost: float
    family: tuple[float, float, bool, float]
    """Drafts of one family differ only in height and leading finger; the first feasible one stands for it."""


def _drafts(cell: Cell, parameters: PushParameters, search: PushSearch) -> Iterator[_Draft]:
    """Yield poses that may or may not be feasible.

    The demonstrated orientation is kept where the round tip of one finger can push all the same; else it is turned
    towards the paper's, whose normal faces the motion, and about the motion. Fingers bend less where they are in the
    way.
    """
    key = cell.keyframes
    ahead = key.contact + round(parameters.look_ahead_s * key.fps)
    direction = motion_direction(cell.motion.T_table_object, key.contact, ahead)
    relative = cell.T_table_hand[:3, 3] - cell.T_table_manip[:3, 3]
    along = bool(relative @ direction > 0) and _hollow(cell)
    leads = [cell.hand.finger_names.index(name) for name in search.leading if name in cell.hand.finger_names]
    for share, side, finger in itertools.product(search.straightened, dict.fromkeys([along, False]), leads):
        bent = cell.q_hand + share * (cell.hand.open_posture - cell.q_hand)
        q_hand = np.clip(bent, cell.hand.lower + FINGER_INSET_RAD, cell.hand.upper - FINGER_INSET_RAD)
        turns = search.turns_rad if share in (0.0, 1.0) else (0.0,)
        for aligned, turn in (*((a, 0.0) for a in search.aligned), *((1.0, t) for t in turns)):
            for rank, height in enumerate(search.heights):
                contact = refine_push(
                    cell.hand,
                    cell.surface,
                    T_table_object=cell.T_table_manip,
                    T_table_hand=cell.T_table_hand,
                    q_hand=q_hand,
                    direction_table=direction,
                    finger=finger,
                    along=side,
                    aligned=aligned,
                    parameters=replace(parameters, height=height),
                )
                turned = _turned(contact, cell, q_hand, finger, turn)
                deviation = se3.rotation_angle(cell.T_table_manip @ turned.T_object_hand, cell.T_table_hand)
                cost = deviation + 0.5 * share + (0.0 if side == along else 1.0) + 0.02 * rank
                cost += search.other_finger_rad * leads.index(finger)
                yield _Draft(turned, q_hand, share, deviation, cost, (share, aligned, side, turn))


def pushed_path(cell: Cell, paths: PathParameters) -> ObjectPath:
    """Return the demonstrated path of the pushed object."""
    return carried_path(
        cell.motion,
        cell.keyframes,
        cell.twin.manipulated,
        T_start=cell.T_table_manip,
        task=task_type(cell.twin.task_type),
        waypoints=paths.waypoints,
        smoothing_s=paths.smoothing_s,
        upright_within_rad=paths.upright_within_rad,
    )


def _feasible(
    cell: Cell, drafts: list[_Draft], path: ObjectPath, paths: PathParameters, search: PushSearch
) -> list[PushCandidate]:
    """Return the cheapest that the arm reaches before and at both ends of the push and that touch only the object."""
    found: list[PushCandidate] = []
    families: set[tuple[bool, tuple[float, float, bool, float]]] = set()
    for draft in _within_reach(cell, drafts, path, paths, search):
        if len(found) >= search.keep and sorted(c.cost for c in found)[search.keep - 1] <= draft.cost:
            break
        seat = None
        if (True, draft.family) not in families:
            seat = seated(cell, draft.contact, draft.q_hand, search.leading, search.seat)
        if seat is None or (seat.by_tips, draft.family) in families:
            continue
        families.add((seat.by_tips, draft.family))
        found.append(
            PushCandidate(
                contact=seat.contact,
                q_hand=seat.q_hand,
                straightened=draft.straightened,
                deviation_rad=draft.deviation,
                cost=draft.cost + (0.0 if seat.by_tips else search.no_tip_rad),
            )
        )
    return sorted(found, key=lambda c: c.cost)[: search.keep]


def _within_reach(
    cell: Cell, drafts: list[_Draft], path: ObjectPath, paths: PathParameters, search: PushSearch
) -> Iterator[_Draft]:
    """Yield those drafts that the arm reaches before and at both ends of the push."""
    for start in range(0, len(drafts), CHUNK):
        chunk = drafts[start : start + CHUNK]
        before = [cell.T_table_manip @ _backwards(d.contact, min(paths.approaches_m)) for d in chunk]
        ends = [T @ d.contact.T_object_hand for T in (cell.T_table_manip, path.T_table_object[-1]) for d in chunk]
        poses = np.array([*before, *ends])
        reached, _ = reachable_postures(cell.arm, cell.T_table_robot, poses, cell.q_start, seeds=search.seat.seeds)
        yield from (d for d, good in zip(chunk, np.all(reached.reshape(3, -1), axis=0).tolist()) if good)


def _backwards(contact: PushContact, distance_m: float) -> FloatArray:
    """Return the contact pose (4, 4) moved back along the way in, object frame."""
    return raised(contact.T_object_hand, -distance_m * contact.approach)


def _turned(contact: PushContact, cell: Cell, q_hand: FloatArray, finger: int, angle: float) -> PushContact:
    """Turn the hand about the motion direction through the fingertip's centre."""
    if angle == 0.0:
        return contact
    centre = cell.hand.tips(q_hand[None])[0][0, finger]
    R = Rotation.from_rotvec(angle * contact.direction).as_matrix() @ contact.T_object_hand[:3, :3]
    tip = contact.T_object_hand[:3, :3] @ centre + contact.T_object_hand[:3, 3]
    T = se3.from_parts(R, tip - R @ centre)
    return replace(contact, T_object_hand=T)


def _hollow(cell: Cell) -> bool:
    """Whether a fingertip fits into the object from above."""
    surface = cell.surface
    middle = 0.5 * (surface.low + surface.high)
    inside = np.array([[middle[0], middle[1], surface.low[2] + 0.6 * surface.height]])
    return bool(surface.distance(inside)[0] > 2 * float(cell.hand.tip_radius.max()))
