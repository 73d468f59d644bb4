"""Plan a grasp, pour or lift: approach, contact, over an elevated waypoint at the midpoint, interaction (A.4)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import raised, straight
from skillc.runtime.motion.grasp.motion import EASED_BY
from skillc.runtime.motion.path.assemble import Segment
from skillc.runtime.motion.path.joint_path import follow
from skillc.runtime.motion.path.object_path import lifted_first
from skillc.runtime.planning.candidates import through_postures
from skillc.runtime.planning.clear_space import ClearSpace, Room
from skillc.runtime.planning.impasse import Impasse, NoPlan, farthest
from skillc.runtime.planning.postures import ANCHOR_M, ANCHOR_RAD
from skillc.runtime.planning.route import Passage, route, spins
from skillc.runtime.planning.task import (
    KEEP_M,
    TOUCH_M,
    PlanningTask,
    collision,
    entry,
    segment,
    turned,
    way_to_contact,
)
from skillc.runtime.tasks.catalog import task_type

TURNS = 12
"""ours: turns about the axis of what looks alike all round, every 30 deg."""
CANDIDATES = 10
"""ours: contact postures tried; with more the rare success costs seconds."""
ENDS = 3
"""ours: end poses tried for each contact posture."""
LIFT_POSES = 4
"""ours: a pose each 3 cm of a straight lift."""
CARRY_POSES = 10
"""ours: a pose each 4 cm of a carry of 40 cm."""
NEAR_SUPPORT_M = 0.03
"""ours: what is nearer to where it stood or will stand may touch its support."""


@dataclass(frozen=True, kw_only=True)
class Carry:
    """The object's way in the hand."""

    T_table_object: FloatArray
    """(K, 4, 4)."""
    arm: FloatArray
    """(K, n)."""


def lift_segments(task: PlanningTask) -> Iterator[list[Segment]]:
    """Yield motions, the one soonest reached first.

    Raises:
        NoPlan: after the last one, unless all were made: why the candidate that got farthest failed.
    """
    cell, shown = task.cell, task.shown
    angles = _turns(cell.twin.manipulated.symmetry == "z")
    hands = turned(task.arrangement.T_table_manip, angles) @ shown.T_manip_hand
    standing = task.space()
    held = task.space(T_hand_object=se3.inverse(shown.T_manip_hand))
    return through_postures(
        cell, hands, cell.q_start, at="contact", progress=0, most=CANDIDATES,
        blocked=lambda q: _blocked_at_contact(task, standing, held, q),
        make=lambda pose, q: _with_contact(task, standing, held, hands[pose], q),
    )  # fmt: skip


def end_poses(task: PlanningTask) -> FloatArray:
    """Return where the object may end, (E, 4, 4): turned about what looks alike all round."""
    shown, target = task.shown, task.cell.twin.target
    if target is None or shown.T_target_hand is None or task.arrangement.T_table_target is None:
        T_stood = task.arrangement.T_table_manip
        T = T_stood.copy()
        T[:3, :3] = T_stood[:3, :3] @ shown.T_manip_end[:3, :3]
        T[:3, 3] = se3.apply(T_stood, shown.T_manip_end[:3, 3][None])[0]
        return T[None]
    T_target_object = shown.T_target_hand @ se3.inverse(shown.T_manip_hand)
    around = turned(task.arrangement.T_table_target, _turns(target.symmetry == "z")) @ T_target_object
    own = _turns(task.cell.twin.manipulated.symmetry == "z" and target.symmetry != "z")
    return np.concatenate([turned(T, own) for T in around])


def _turns(alike: bool) -> FloatArray:
    return np.linspace(0.0, 2 * np.pi, TURNS, endpoint=False) if alike else np.zeros(1)


def _blocked_at_contact(
    task: PlanningTask, standing: ClearSpace, held: ClearSpace, q_contact: FloatArray
) -> Impasse | None:
    """Say what the open or the closed hand touches at contact, None if nothing."""
    room = Room(robot_scene=TOUCH_M)
    for space, fingers in ((standing, task.shown.q_open), (held, task.shown.q_grasp)):
        q = np.concatenate([q_contact, fingers])
        if space.room(q, room) < 0:
            return collision(space, room, q, "contact", 1)
    return None


def _with_contact(
    task: PlanningTask, standing: ClearSpace, held: ClearSpace, T_contact: FloatArray, q_contact: FloatArray
) -> list[Segment] | Impasse:
    """Return the whole motion through one contact posture."""
    way = entry(task, standing, T_contact, q_contact)
    if isinstance(way, Impasse):
        return way
    carry = _carried(task, held, T_contact, q_contact)
    if isinstance(carry, Impasse):
        return carry
    shown, paths, at_rest, still = task.shown, task.paths, task.arrangement.T_table_manip[None], q_contact[None]
    T_hand_object = se3.inverse(shown.T_manip_hand)
    T_end = carry.T_table_object[-1] @ se3.inverse(T_hand_object)
    segments = [
        *way_to_contact(task, way, T_contact, last="approach"),
        segment("pregrasp", still, shown.q_pre, at_rest, paths.pregrasp_s, "pregrasp", T_contact),
        segment("close", still, shown.q_squeeze, at_rest, paths.close_s, "grasp", T_contact),
        replace(
            segment("track", carry.arm, shown.q_hold, carry.T_table_object, paths.track_s, "interaction", T_end),
            hand_by=EASED_BY,
        ),
    ]
    if task_type(task.cell.twin.task_type).holds_to_the_end:
        return segments
    out = _retreat(task, carry, T_end)
    return out if isinstance(out, Impasse) else [*segments, *out]


def _carried(task: PlanningTask, held: ClearSpace, T_contact: FloatArray, q_contact: FloatArray) -> Carry | Impasse:
    """Return the object's way to the first of its ends that has one."""
    shown, ends = task.shown, end_poses(task)
    T_from = T_contact @ se3.inverse(shown.T_manip_hand)
    room = Room(robot_scene=TOUCH_M, carried_obstacle=TOUCH_M)

    def blocked(q_end: FloatArray) -> Impasse | None:
        q = np.concatenate([q_end, shown.q_grasp])
        return None if held.room(q, room) >= 0 else collision(held, room, q, "interaction", 6)

    def make(end: int, q_end: FloatArray) -> Carry | Impasse:
        return _carried_to(task, held, T_from, ends[end], q_contact, q_end)

    ways = through_postures(
        task.cell, ends @ shown.T_manip_hand, q_contact, at="interaction", progress=5, most=ENDS, blocked=blocked,
        make=make,
    )  # fmt: skip
    try:
        return next(ways)
    except NoPlan as none:
        return none.impasse


def _carried_to(
    task: PlanningTask,
    held: ClearSpace,
    T_from: FloatArray,
    T_end: FloatArray,
    q_contact: FloatArray,
    q_end: FloatArray,
) -> Carry | Impasse:
    """Return the object's way to one end: led through poses above the table if that is free, else searched."""
    failed: list[Impasse] = []
    for T in _object_ways(task, T_from, T_end):
        made = _led(task, held, T, q_contact)
        if isinstance(made, Carry):
            return made
        failed.append(made)
    searched = _searched(task, held, T_from, T_end, q_contact, q_end)
    return searched if isinstance(searched, Carry) else farthest([*failed, searched])


def _object_ways(task: PlanningTask, T_from: FloatArray, T_end: FloatArray) -> Iterator[FloatArray]:
    """Yield ways of the object (K, 4, 4) whose middle is ever higher; what is poured turns in the second half."""
    traits, paths = task_type(task.cell.twin.task_type), task.paths
    share = np.linspace(0.0, 1.0, CARRY_POSES)
    late = np.clip(2.0 * share - 1.0, 0.0, 1.0) if traits.pours else share
    T = np.stack([se3.interpolate(T_from, T_end, float(s)) for s in late])
    T[:, :3, 3] = T_from[:3, 3] + share[:, None] * (T_end[:3, 3] - T_from[:3, 3])
    lifted = lifted_first(T, slope=paths.lift_slope, height_m=paths.least_rise_m, placed=traits.places)
    missing = max(paths.least_rise_m - float(lifted[:, 2, 3].max() - T_from[2, 3]), 0.0)
    for rise in (0.0, *paths.path_rises_m):
        way = lifted.copy()
        way[:, 2, 3] += (rise + missing) * np.sin(np.pi * share)
        yield way


def _led(task: PlanningTask, held: ClearSpace, T_object: FloatArray, q_contact: FloatArray) -> Carry | Impasse:
    """Lead the hand through object poses (K, 4, 4) by continuous inverse kinematics."""
    cell, shown = task.cell, task.shown
    way = follow(cell.arm, cell.T_table_robot, T_object @ shown.T_manip_hand, q_contact)
    if way.position_error_m.max() > ANCHOR_M or way.rotation_error_rad.max() > ANCHOR_RAD:
        worst = int(way.position_error_m.argmax())
        return Impasse(
            constraint="reach", at="carry", progress=7, q=np.concatenate([way.q[worst], shown.q_grasp]),
            what=f"the arm stays {1e3 * way.position_error_m[worst]:.0f} mm off the straight way to the interaction",
        )  # fmt: skip
    knots = np.concatenate([q_contact[None], way.q[1:]])
    if spins(knots):
        return Impasse(constraint="route", at="carry", what="the arm would spin on the way", progress=7)
    for k in range(len(knots) - 1):
        room = carry_room(T_object[k : k + 2], T_object[0], T_object[-1])
        a, b = (np.concatenate([q, shown.q_grasp]) for q in knots[k : k + 2])
        blocked = held.stuck(a, b, room)
        if blocked is not None:
            return collision(held, room, blocked, "carry", 8)
    return Carry(T_table_object=T_object, arm=knots)


def carry_room(T_object: FloatArray, T_from: FloatArray, T_end: FloatArray) -> Room:
    """Return what has to stay clear while the object is at poses (K, 4, 4): its supports only away from both ends."""
    place = T_object[:, :3, 3]
    away = [np.linalg.norm(place - T[:3, 3], axis=1).min() > NEAR_SUPPORT_M for T in (T_from, T_end)]
    clear = TOUCH_M if all(away) else -np.inf
    return Room(robot_scene=TOUCH_M, carried_obstacle=TOUCH_M, carried_table=clear, carried_target=clear)


def _searched(
    task: PlanningTask,
    held: ClearSpace,
    T_from: FloatArray,
    T_end: FloatArray,
    q_contact: FloatArray,
    q_end: FloatArray,
) -> Carry | Impasse:
    """Lift straight up, search a free way to above the end, and go straight down."""
    cell, shown = task.cell, task.shown
    up = np.array([0.0, 0.0, task.paths.least_rise_m])
    pieces = []
    for T, q in ((T_from, q_contact), (T_end, q_end)):
        Ts = straight(T, raised(T, up), LIFT_POSES)
        way = follow(cell.arm, cell.T_table_robot, Ts @ shown.T_manip_hand, q)
        if way.position_error_m.max() > ANCHOR_M or way.rotation_error_rad.max() > ANCHOR_RAD:
            what = "the arm cannot lift the object straight up there"
            return Impasse(constraint="reach", at="carry", what=what, progress=8)
        pieces.append(np.concatenate([q[None], way.q[1:]]))
    room = Room(robot_scene=KEEP_M / 2, carried_table=TOUCH_M, carried_target=TOUCH_M, carried_obstacle=KEEP_M / 2)
    passage = Passage(space=held, q_hand=shown.q_grasp, room=room)
    lift, lower = pieces
    middle = route(passage, lift[-1], lower[-1], cell.arm.lower, cell.arm.upper, task.search)
    if middle is None:
        q = passage.whole(lower[-1])
        if not passage.fits(lower[-1]):
            return collision(held, room, q, "carry", 9)
        what = f"no free way for the carried object was found in {task.search.patience_s:g} s"
        return Impasse(constraint="route", at="carry", what=what, progress=9, q=q)
    knots = np.concatenate([lift, middle[1:], lower[::-1][1:]])
    T_hands = cell.T_table_robot @ cell.arm.hand_pose(knots)
    return Carry(T_table_object=T_hands @ se3.inverse(shown.T_manip_hand), arm=knots)


def _retreat(task: PlanningTask, carry: Carry, T_end: FloatArray) -> list[Segment] | Impasse:
    """Open the fingers, and draw the hand back, up and away."""
    cell, shown, paths = task.cell, task.shown, task.paths
    T_object, q_end = carry.T_table_object[-1], carry.arm[-1]
    outward = -(T_object[:3, :3] @ shown.approach) + np.array([0.0, 0.0, 0.7])
    T_out = raised(T_end, paths.retreat_m * outward / np.linalg.norm(outward))
    out = follow(cell.arm, cell.T_table_robot, straight(T_end, T_out, LIFT_POSES), q_end)
    knots = np.concatenate([q_end[None], out.q[1:]])
    space = task.space(T_manip=T_object)
    room = Room(robot_scene=TOUCH_M)
    blocked = Passage(space=space, q_hand=shown.q_open, room=room).stuck_along(knots)
    if blocked is not None:
        return collision(space, room, blocked, "retreat", 10)
    still = T_object[None]
    return [
        segment("release", q_end[None], shown.q_open, still, paths.release_s, "detachment", T_end),
        segment("retreat", knots, shown.q_open, still, paths.retreat_s),
    ]
