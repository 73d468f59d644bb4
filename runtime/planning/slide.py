"""Plan a push or pull: a free approach, then a straight line at constant height by continuous inverse kinematics (A.4).

The object is not turned on its way: the hand pushes from the side that was demonstrated, so only directions near the
demonstrated one, seen from the object, can be asked for.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import raised, straight
from skillc.runtime.motion.path.assemble import Segment
from skillc.runtime.motion.path.joint_path import follow
from skillc.runtime.planning.candidates import through_postures
from skillc.runtime.planning.clear_space import ClearSpace, Room
from skillc.runtime.planning.contacts import TurnedContact
from skillc.runtime.planning.impasse import Impasse, NoPlan, farthest
from skillc.runtime.planning.postures import ANCHOR_M, ANCHOR_RAD, out_of_reach, reached
from skillc.runtime.planning.route import Passage, spins
from skillc.runtime.planning.task import PUSHING, TOUCH_M, PlanningTask, collision, entry, segment, way_to_contact

TURN_RAD = float(np.deg2rad(20.0))
"""ours: the friction cone of a fingertip on plastic is 19 to 39 deg wide on each side (friction 0.35 to 0.8)."""
CANDIDATES = 8
"""ours: contact postures tried."""
SWEEP_M = 0.005
"""ours: between places of the object alone; what is finer the proof of the motion sees."""
STEP_M = 0.03
"""ours: between poses of the straight line."""


def slide_segments(task: PlanningTask) -> Iterator[list[Segment]]:
    """Yield motions, those whose hand is turned least from the demonstrated contact first.

    Raises:
        NoPlan: after the last one, unless all were made: why the candidate that got farthest failed.
    """
    T_end = end_pose(task)
    sideways = _turned_from_shown(task, T_end)
    if abs(sideways) > TURN_RAD:
        raise NoPlan(_wrong_direction(sideways))
    barred = _barred(task, T_end)
    if barred is not None:
        raise NoPlan(barred)
    failed: list[Impasse] = []
    for _, alike in itertools.groupby(task.contacts, key=lambda contact: contact.turn_rad):
        try:
            yield from _with_contacts(task, tuple(alike), T_end)
        except NoPlan as none:
            failed.append(none.impasse)
    if failed:
        raise NoPlan(farthest(failed))


def _with_contacts(task: PlanningTask, contacts: Sequence[TurnedContact], T_end: FloatArray) -> Iterator[list[Segment]]:
    """Yield motions through some ways to touch, the one soonest reached first."""
    shown, space, room = task.shown, task.space(), Room(robot_scene=TOUCH_M)
    Ts_contact, Ts_end = (
        np.stack([T @ contact.T_manip_hand for contact in contacts]) for T in (task.arrangement.T_table_manip, T_end)
    )
    ending = np.unique(reached(task.cell, Ts_end, task.cell.q_start).pose)
    if not len(ending):
        raise NoPlan(out_of_reach(task.cell, Ts_end, "end of the push", 1))

    def blocked(q_contact: FloatArray) -> Impasse | None:
        q = np.concatenate([q_contact, shown.q_grasp])
        return None if space.room(q, room) >= 0 else collision(space, room, q, "contact", 1)

    return through_postures(
        task.cell, Ts_contact[ending], task.cell.q_start, at="contact", progress=0, most=CANDIDATES, blocked=blocked,
        make=lambda k, q: _with_contact(task, space, contacts[ending[k]], q, T_end),
    )  # fmt: skip


def end_pose(task: PlanningTask) -> FloatArray:
    """Return where the object is to end, (4, 4): as it stands, moved straight."""
    T = task.arrangement.T_table_manip.copy()
    if task.arrangement.end_xy is not None:
        T[:2, 3] = task.arrangement.end_xy
    else:
        T[:2, 3] = se3.apply(task.arrangement.T_table_manip, np.array([[*task.shown.end_direction, 0.0]]))[0, :2]
    return T


def _turned_from_shown(task: PlanningTask, T_end: FloatArray) -> float:
    """Return by how much (rad) the wanted direction is turned from the demonstrated one, both seen from the object."""
    T = task.arrangement.T_table_manip
    wanted = (T[:3, :3].T @ (T_end[:3, 3] - T[:3, 3]))[:2]
    shown = task.shown.end_direction
    return float(np.arctan2(shown[0] * wanted[1] - shown[1] * wanted[0], shown @ wanted))


def _wrong_direction(sideways: float) -> Impasse:
    off, most = np.rad2deg(sideways), np.rad2deg(TURN_RAD)
    what = (
        f"the line to the target is turned by {off:.0f} deg from the demonstrated direction, seen from the object; the "
        f"finger would slide off beyond {most:.0f} deg: turn the object by {off:.0f} deg"
    )
    return Impasse(constraint="direction", at="push", what=what, progress=0)


def _barred(task: PlanningTask, T_end: FloatArray) -> Impasse | None:
    """Say what the object would run into on its straight line, however it is pushed."""
    space, T_from = task.space(), task.arrangement.T_table_manip
    q = np.concatenate([task.cell.q_start, task.cell.hand_start])
    count = int(np.ceil(np.linalg.norm(T_end[:3, 3] - T_from[:3, 3]) / SWEEP_M)) + 1
    room = Room(robot_scene=-np.inf, carried_obstacle=TOUCH_M, carried_target=TOUCH_M)
    for T in straight(T_from, T_end, count):
        space.move(T)
        if space.room(q, room) < 0:
            return collision(space, room, q, "push", 6)
    return None


def _with_contact(
    task: PlanningTask, space: ClearSpace, contact: TurnedContact, q_contact: FloatArray, T_end: FloatArray
) -> list[Segment] | Impasse:
    T_contact = task.arrangement.T_table_manip @ contact.T_manip_hand
    way = entry(task, space, T_contact, q_contact)
    if isinstance(way, Impasse):
        return way
    cell, shown, paths = task.cell, task.shown, task.paths
    T_from = task.arrangement.T_table_manip
    count = max(int(np.ceil(np.linalg.norm(T_end[:3, 3] - T_from[:3, 3]) / STEP_M)) + 1, 4)
    Ts_object = straight(T_from, T_end, count)
    Ts_hand = Ts_object @ contact.T_manip_hand
    led = follow(cell.arm, cell.T_table_robot, Ts_hand, q_contact)
    if led.position_error_m.max() > ANCHOR_M or led.rotation_error_rad.max() > ANCHOR_RAD:
        k = int(np.flatnonzero((led.position_error_m > ANCHOR_M) | (led.rotation_error_rad > ANCHOR_RAD))[0])
        short = float(np.linalg.norm(Ts_object[-1, :2, 3] - Ts_object[max(k - 1, 0), :2, 3]))
        what = f"the arm can follow the straight line to {1e3 * short:.0f} mm before its end"
        return Impasse(
            constraint="reach", at="push", what=what, progress=5, q=np.concatenate([led.q[k], shown.q_grasp])
        )
    arm = np.concatenate([q_contact[None], led.q[1:]])
    if spins(arm):
        return Impasse(constraint="route", at="push", what="the arm would spin on the way", progress=5)
    pushed = task.space(T_hand_object=se3.inverse(contact.T_manip_hand))
    blocked = Passage(space=pushed, q_hand=shown.q_grasp, room=PUSHING).stuck_along(arm)
    if blocked is not None:
        return collision(pushed, PUSHING, blocked, "push", 6)
    back = _retreat(task, Ts_object[-1], Ts_hand[-1], arm[-1])
    if isinstance(back, Impasse):
        return back
    return [
        *way_to_contact(task, way, T_contact, last="close"),
        segment("track", arm, shown.q_grasp, Ts_object, paths.track_s, "interaction", Ts_hand[-1]),
        segment("retreat", back, shown.q_grasp, Ts_object[-1:], paths.retreat_s),
    ]


def _retreat(task: PlanningTask, T_object: FloatArray, T_hand: FloatArray, q: FloatArray) -> FloatArray | Impasse:
    """Return postures (K, n) that draw the hand from its object: back and up, else straight up, else straight back."""
    cell, shown, up = task.cell, task.shown, np.array([0.0, 0.0, 1.0])
    back = -(T_object[:3, :3] @ shown.approach)
    space, room = task.space(T_manip=T_object), Room(robot_scene=TOUCH_M)
    failed: list[Impasse] = []
    for away in (up + back, up, back):
        T_out = raised(T_hand, task.paths.retreat_m * away / np.linalg.norm(away))
        out = follow(cell.arm, cell.T_table_robot, straight(T_hand, T_out, 3), q)
        postures = np.concatenate([q[None], out.q[1:]])
        blocked = Passage(space=space, q_hand=shown.q_grasp, room=room).stuck_along(postures)
        if blocked is None:
            return postures
        failed.append(collision(space, room, blocked, "retreat", 7))
    return farthest(failed)
