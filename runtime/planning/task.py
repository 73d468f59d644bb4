"""What the planners of both kinds of tasks share: the problem, the rooms kept, the way to the object."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import Phase
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, PathParameters, raised, straight
from skillc.runtime.motion.path.assemble import Anchor, Segment
from skillc.runtime.motion.path.joint_path import follow
from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.clear_space import ClearSpace, Room
from skillc.runtime.planning.contacts import TurnedContact
from skillc.runtime.planning.impasse import Impasse, farthest
from skillc.runtime.planning.postures import ANCHOR_M, ANCHOR_RAD
from skillc.runtime.planning.route import Passage, Search, route
from skillc.runtime.planning.shown_contact import ShownContact

KEEP_M = 0.01
"""ours: on a free way; position error of a colour-only twin, one sigma (as `clearance_m` of the refined motion)."""
TOUCH_M = 0.0005
"""ours: where the hand works at the object, at the table; less is a touch."""
PUSHING = Room(robot_scene=TOUCH_M, carried_obstacle=TOUCH_M, carried_target=TOUCH_M)
"""Of a hand with the object it slides."""
BRUSH_M = 0.001
"""ours: by how much more than at contact the open hand may press the object on its last way."""
STEEP = 0.7
"""ours: cosine to the vertical from which on there is no use in a steeper way in."""
LINE_POSES = 5
"""ours: a pose each 2 cm of a straight way."""


@dataclass(frozen=True, kw_only=True)
class PlanningTask:
    """One problem."""

    cell: Cell
    """Its objects stand as in `arrangement`."""
    arrangement: Arrangement
    shown: ShownContact
    contacts: tuple[TurnedContact, ...]
    """Ways to touch, the demonstrated one first."""
    paths: PathParameters
    """As the motion was refined with."""
    search: Search

    def space(self, T_manip: FloatArray | None = None, T_hand_object: FloatArray | None = None) -> ClearSpace:
        """Return the scene to measure in, the manipulated object moved (4, 4) or in the hand (4, 4)."""
        twin = self.cell.twin
        poses = {o.name: np.asarray(o.T_table_object) for o in twin.objects}
        if T_manip is not None:
            poses[twin.manipulated.name] = T_manip
        return ClearSpace(self.cell.world, self.cell.profile, twin.manipulated.name, poses, T_hand_object)


@dataclass(frozen=True, kw_only=True)
class WayToContact:
    """The way from home to contact."""

    free: FloatArray
    """(K, n) knots from home to the standoff."""
    line: FloatArray
    """(L, n) from there to contact, the hand on a straight line."""


def entry(
    task: PlanningTask, space: ClearSpace, T_contact: FloatArray, q_contact: FloatArray
) -> WayToContact | Impasse:
    """Return a way from home to contact.

    The arm is led straight back from the contact posture by continuous inverse kinematics, so contact itself is met
    exactly (A.4's short-horizon refinement), and the free way leads to where that line begins. The line is the
    demonstrated one, or a shorter or steeper one where that is blocked.

    Args:
        task: the problem.
        space: with the object standing.
        T_contact: (4, 4) hand pose.
        q_contact: (n,) posture there.
    """
    shown = task.shown
    at_contact = space.near(np.concatenate([q_contact, shown.q_open])).distance
    pressed = min(0.0, float(at_contact[1])) - BRUSH_M
    close = Passage(space=space, q_hand=shown.q_open, room=Room(robot_scene=TOUCH_M, robot_manipulated=pressed))
    far = Passage(space=space, q_hand=shown.q_open, room=Room(robot_scene=KEEP_M, robot_manipulated=TOUCH_M))
    failed: list[Impasse] = []
    for inward, length in itertools.product(_inwards(task), task.paths.approaches_m):
        line = _line_in(task, close, far, T_contact, q_contact, length * inward)
        if isinstance(line, Impasse):
            failed.append(line)
            continue
        free = route(far, task.cell.q_start, line[0], task.cell.arm.lower, task.cell.arm.upper, task.search)
        if free is not None:
            return WayToContact(free=free, line=line)
        what = f"no free way from home to the object was found in {task.search.patience_s:g} s"
        failed.append(Impasse(constraint="route", at="approach", what=what, progress=4, q=far.whole(line[0])))
    return farthest(failed)


def _inwards(task: PlanningTask) -> list[FloatArray]:
    """Return directions (3,) of the last way in, table frame: as demonstrated, from higher up, from above."""
    inward, down = task.arrangement.T_table_manip[:3, :3] @ task.shown.approach, np.array([0.0, 0.0, -1.0])
    if inward @ down > STEEP:
        return [inward]
    steeper = (inward + down) / np.linalg.norm(inward + down)
    return [inward, steeper, down]


def _line_in(
    task: PlanningTask,
    close: Passage,
    far: Passage,
    T_contact: FloatArray,
    q_contact: FloatArray,
    step: FloatArray,
) -> FloatArray | Impasse:
    """Return postures (L, n) on the straight way to contact along `step` (3,) m."""
    cell = task.cell
    back = follow(cell.arm, cell.T_table_robot, straight(T_contact, raised(T_contact, -step), LINE_POSES), q_contact)
    line = back.q[::-1].copy()
    line[-1] = q_contact
    if back.position_error_m.max() > ANCHOR_M or back.rotation_error_rad.max() > ANCHOR_RAD:
        what = f"the arm cannot come in on a straight line of {1e2 * np.linalg.norm(step):.0f} cm"
        return Impasse(constraint="reach", at="approach", what=what, progress=2)
    blocked = close.stuck_along(line)
    if blocked is not None:
        return collision(close.space, close.room, blocked, "approach", 2)
    if not far.fits(line[0]):
        return collision(far.space, far.room, far.whole(line[0]), "approach", 3)
    return line


def collision(space: ClearSpace, room: Room, q: FloatArray, at: str, progress: int) -> Impasse:
    """Say what a posture (n,) without room runs into."""
    names = space.blocker(q, room)
    what = "the arm runs into itself" if names is None else f"{names[0]} and {names[1]} come too near"
    return Impasse(constraint="collision", at=at, what=what, progress=progress, q=q, between=names or ())


def way_to_contact(task: PlanningTask, way: WayToContact, T_contact: FloatArray, *, last: Phase) -> list[Segment]:
    """Return the segments up to contact: the free way, the fingers opening on it, then the straight line.

    Args:
        task: the problem.
        way: found by `entry`.
        T_contact: (4, 4) hand pose.
        last: phase of the straight line.
    """
    shown, paths, at_rest = task.shown, task.paths, task.arrangement.T_table_manip[None]
    T_pre = task.cell.T_table_robot @ task.cell.arm.hand_pose(way.line[:1])[0]
    return [
        segment("approach", way.free, shown.q_open, at_rest, paths.approach_s / 2, "pre_contact", T_pre),
        segment(last, way.line, shown.q_open, at_rest, paths.approach_s / 2, "contact", T_contact),
    ]


def segment(
    phase: Phase, arm: FloatArray, hand: FloatArray, T_manip: FloatArray, at_least_s: float, anchor: str = "",
    T_table_hand: FloatArray | None = None,
) -> Segment:  # fmt: skip
    """Return a piece of a planned motion, which replays no frame of the demonstration; an anchor is at its end."""
    anchors: Sequence[Anchor] = ()
    if T_table_hand is not None:
        anchors = (Anchor(knot=len(arm) - 1, name=anchor, T_table_hand=T_table_hand),)
    return Segment(phase=phase, arm=arm, hand=hand, T_table_manip=T_manip, frame=np.full(len(T_manip), np.nan),
                   at_least_s=at_least_s, anchors=tuple(anchors))  # fmt: skip


def turned(T: FloatArray, angles: FloatArray) -> FloatArray:
    """Return T (4, 4) turned about its own z by each angle (N,): (N, 4, 4)."""
    return np.stack([T @ se3.exp(np.array([0.0, 0.0, 0.0, 0.0, 0.0, angle])) for angle in angles])
