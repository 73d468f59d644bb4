"""Refine pushing and pulling: three phases from the contact pose of A.2.2, over a few nearby poses, best rehearsed."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import (
    Cell,
    PathParameters,
    motion_clearance,
    raised,
    reachable_postures,
    straight,
    way_in,
)
from skillc.runtime.motion.path.assemble import Anchor, Segment, assemble_within
from skillc.runtime.motion.path.candidate import CandidateMotion
from skillc.runtime.motion.path.check import SELF_OVERLAP_M
from skillc.runtime.motion.path.joint_path import follow
from skillc.runtime.motion.path.object_path import ObjectPath, carried_path
from skillc.runtime.motion.push.contact import PushContact, PushParameters, motion_direction, refine_push
from skillc.runtime.tasks.catalog import task_type

TOUCH_GAP_M = 0.0005
"""ours: left between hand and object after backing off; the approach closes it."""


@dataclass(frozen=True, kw_only=True)
class PushSearch:
    """Poses tried besides the paper's own, nearest first."""

    turns_rad: tuple[float, ...]
    """Turns about the motion direction (the fingertip's normal stays aligned)."""
    heights: tuple[float, ...]
    """alpha of the contact height."""
    keep: int
    """Feasible candidates returned."""
    seeds: int
    """Arm postures tried per pose."""
    back_off_m: float
    """Links that reach farther into the object than this beside the chosen fingertip rule a pose out."""
    table_clearance_m: float
    """Least height of the hand over the table at contact."""


@dataclass(frozen=True, kw_only=True)
class PushCandidate:
    """A contact pose that the arm reaches and that touches nothing but the object."""

    contact: PushContact
    q_hand: FloatArray
    """(m,) fingers, held throughout."""
    kept_fingers: bool
    """The retargeted fingers are used as they are."""
    deviation_rad: float
    """How far the hand is turned from the demonstrated orientation."""
    cost: float


def push_candidates(
    cell: Cell, parameters: PushParameters, paths: PathParameters, search: PushSearch
) -> tuple[list[PushCandidate], ObjectPath]:
    """Return feasible contact poses, nearest to the demonstration first, and the path of the object."""
    key = cell.keyframes
    ahead = key.contact + round(parameters.look_ahead_s * key.fps)
    direction = motion_direction(cell.motion.T_table_object, key.contact, ahead)
    path = pushed_path(cell, paths)
    relative = cell.T_table_hand[:3, 3] - cell.T_table_manip[:3, 3]
    along = bool(relative @ direction > 0) and _hollow(cell)
    middle = cell.hand.finger_names.index("middle")
    drafts: list[_Draft] = []
    for q_hand, kept in ((cell.q_hand, True), (cell.hand.open_posture, False)):
        for side in dict.fromkeys([along, False]):
            for rank, height in enumerate(search.heights):
                contact = refine_push(
                    cell.hand,
                    cell.surface,
                    T_table_object=cell.T_table_manip,
                    T_table_hand=cell.T_table_hand,
                    q_hand=q_hand,
                    direction_table=direction,
                    finger=middle,
                    along=side,
                    parameters=replace(parameters, height=height),
                )
                for turn in search.turns_rad:
                    turned = _turned(contact, cell, q_hand, middle, turn)
                    deviation = se3.rotation_angle(cell.T_table_manip @ turned.T_object_hand, cell.T_table_hand)
                    cost = deviation + (0.0 if kept else 0.5) + (0.0 if side == along else 1.0) + 0.02 * rank
                    drafts.append(_Draft(turned, q_hand, kept, deviation, cost, (kept, side, turn)))
    drafts.sort(key=lambda d: d.cost)
    return _feasible(cell, drafts, path, search), path


@dataclass(frozen=True)
class _Draft:
    contact: PushContact
    q_hand: FloatArray
    kept: bool
    deviation: float
    cost: float
    family: tuple[bool, bool, float]
    """Drafts of one family differ only in height; the first feasible one stands for it."""


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


def push_reference(
    cell: Cell,
    *,
    T_object_hand: FloatArray,
    q_hand: FloatArray,
    approach: FloatArray,
    path: ObjectPath,
    paths: PathParameters,
    seeds: int,
) -> CandidateMotion | None:
    """Build the three-phase motion; None if the arm cannot follow it.

    Pre-contact: to the pre-push pose, which shares the push pose's orientation. Contact: a straight line to the push
    pose. Tracking: the hand keeps its place relative to the object's path, palm height pinned. The fingers hold their
    posture throughout.

    Args:
        cell: robot and scene.
        T_object_hand: (4, 4) push pose.
        q_hand: (m,) fingers.
        approach: (3,) unit direction of the last way in, object frame.
        path: the object's way.
        paths: how paths are laid.
        seeds: arm postures tried.
    """
    T_contact = cell.T_table_manip @ T_object_hand
    inward = cell.T_table_manip[:3, :3] @ approach
    T_pre = raised(T_contact, -paths.approach_m * inward)
    reached, q_contact = reachable_postures(cell.arm, cell.T_table_robot, T_contact[None], cell.q_start, seeds=seeds)
    entry = way_in(cell, straight(T_pre, T_contact, 4), q_contact[0], q_hand, paths) if reached[0] else None
    if entry is None:
        return None
    hand = q_hand
    T_hand = path.T_table_object @ T_object_hand
    T_hand[:, 2, 3] = T_contact[2, 3]
    tracked = follow(cell.arm, cell.T_table_robot, T_hand, q_contact[0])
    if tracked.position_error_m.max() > 3e-3 or tracked.rotation_error_rad.max() > 3e-2:
        return None
    away = np.array([0.0, 0.0, 1.0]) - path.T_table_object[-1, :3, :3] @ approach
    T_out = raised(T_hand[-1], paths.retreat_m * away / np.linalg.norm(away))
    out = follow(cell.arm, cell.T_table_robot, straight(T_hand[-1], T_out, 3), tracked.q[-1])
    at_rest, at_end = cell.T_table_manip[None], path.T_table_object[-1:]
    split = len(entry.knots) - 3
    knots_in, knots_touch = entry.knots[:split], entry.knots[split - 1 :]
    tracked_q = np.concatenate([knots_touch[-1:], tracked.q[1:]])
    out_q = np.concatenate([tracked_q[-1:], out.q[1:]])
    touching = np.append(np.full(len(knots_touch) - 1, np.nan), path.frame[0])
    segments = [
        Segment(phase="approach", arm=knots_in, hand_end=hand, T_table_manip=at_rest,
                frame=np.full(len(knots_in), np.nan), at_least_s=paths.approach_s,
                anchors=(Anchor(knot=len(knots_in) - 1, name="pre_contact", T_table_hand=T_pre),)),
        Segment(phase="close", arm=knots_touch, hand_end=hand, T_table_manip=at_rest, frame=touching,
                at_least_s=paths.close_s,
                anchors=(Anchor(knot=len(knots_touch) - 1, name="contact", T_table_hand=T_contact),)),
        Segment(phase="track", arm=tracked_q, hand_end=hand, T_table_manip=path.T_table_object,
                frame=path.frame, at_least_s=max(paths.track_s, path.duration_s),
                anchors=(Anchor(knot=len(tracked_q) - 1, name="interaction", T_table_hand=T_hand[-1]),)),
        Segment(phase="retreat", arm=out_q, hand_end=hand, T_table_manip=at_end, at_least_s=paths.retreat_s,
                frame=np.append(path.frame[-1], np.full(len(out_q) - 1, np.nan))),
    ]  # fmt: skip
    reference = assemble_within(
        segments,
        paths.duration_max_s,
        profile=cell.profile,
        timing=paths.timing,
        hand_start=hand,
        T_table_robot=cell.T_table_robot,
        T_table_target=None,
    )
    return CandidateMotion(
        reference=reference, clearance_m=min(entry.clearance_m, motion_clearance(cell, reference, q_hand))
    )


def _feasible(cell: Cell, drafts: list[_Draft], path: ObjectPath, search: PushSearch) -> list[PushCandidate]:
    """Keep what the arm reaches at both ends of the push and what touches nothing but the object."""
    at_contact = np.stack([cell.T_table_manip @ d.contact.T_object_hand for d in drafts])
    at_end = np.stack([path.T_table_object[-1] @ d.contact.T_object_hand for d in drafts])
    reached, _ = reachable_postures(
        cell.arm, cell.T_table_robot, np.concatenate([at_contact, at_end]), cell.q_start, seeds=search.seeds
    )
    both = reached[: len(drafts)] & reached[len(drafts) :]
    found: list[PushCandidate] = []
    families: set[tuple[bool, bool, float]] = set()
    for draft in (d for d, ok in zip(drafts, both) if ok):
        if draft.family in families:
            continue
        backed = _backed_off(cell, draft, search)
        if backed is None:
            continue
        contact = backed
        families.add(draft.family)
        found.append(
            PushCandidate(
                contact=contact,
                q_hand=draft.q_hand,
                kept_fingers=draft.kept,
                deviation_rad=draft.deviation,
                cost=draft.cost,
            )
        )
        if len(found) == search.keep:
            break
    return found


def _backed_off(cell: Cell, draft: _Draft, search: PushSearch) -> PushContact | None:
    """Back the hand off until nothing interpenetrates; None if that takes too much or the arm cannot reach."""
    contact = draft.contact
    for _ in range(3):
        T_contact = (cell.T_table_manip @ contact.T_object_hand)[None]
        reached, q = reachable_postures(cell.arm, cell.T_table_robot, T_contact, cell.q_start, seeds=search.seeds)
        if not reached[0]:
            return None
        seen = cell.checker.check(cell.with_hand(q, draft.q_hand), cell.T_table_manip)
        if seen.robot_scene[0] < search.table_clearance_m or seen.self_overlap[0] < -SELF_OVERLAP_M:
            return None
        depth = -float(seen.robot_manipulated[0])
        if depth <= 0.0:
            return contact
        if depth > search.back_off_m:
            return None
        contact = replace(
            contact, T_object_hand=raised(contact.T_object_hand, -(depth + TOUCH_GAP_M) * contact.direction)
        )
    return None


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
