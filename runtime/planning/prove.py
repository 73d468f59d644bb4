"""Is the finished motion free, fingers included, between all its samples? And how near does it come (A.4, filter i)?"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import PHASES, Phase, Reference
from skillc.runtime.geometry import se3
from skillc.runtime.planning.clear_space import ClearSpace, Room
from skillc.runtime.planning.impasse import Impasse
from skillc.runtime.planning.lift import carry_room
from skillc.runtime.planning.task import PUSHING, TOUCH_M, PlanningTask, collision
from skillc.runtime.tasks.catalog import task_type


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Samples of one phase with what has to stay clear on them."""

    phase: Phase
    space: ClearSpace
    q: FloatArray
    """(T, n) rad; the first is the last of the stretch before."""
    rooms: tuple[Room, ...]
    """T - 1 of them."""


def unproved(task: PlanningTask, reference: Reference) -> Impasse | None:
    """Return where a motion cannot be shown to be free, None where all of it is."""
    for stretch in stretches(task, reference):
        for a, b, room in zip(stretch.q[:-1], stretch.q[1:], stretch.rooms):
            blocked = stretch.space.stuck(a, b, room) if np.any(a != b) else None
            if blocked is not None:
                return collision(stretch.space, room, blocked, stretch.phase, 20)
    return None


def touched(task: PlanningTask, reference: Reference, *, finer: int) -> int:
    """Count the postures at which something is touched, with `finer` of them for each sample.

    The test that a motion called free has to pass: distances at postures alone, no proof, every touch counted.
    """
    count = 0
    for stretch in stretches(task, reference):
        for a, b, room in zip(stretch.q[:-1], stretch.q[1:], stretch.rooms):
            least = np.minimum(room.as_array(), 0.0)
            for s in np.arange(finer) / finer:
                seen = stretch.space.near(a + s * (b - a)).distance[:-1]
                count += int(np.any(seen < least))
    return count


def clearance(task: PlanningTask, reference: Reference, *, every: int = 4) -> float:
    """Return the least distance (m) of the robot to table, target and obstacles at every `every`th sample."""
    return min(
        float(stretch.space.near(q).distance[0]) for stretch in stretches(task, reference) for q in stretch.q[::every]
    )


def stretches(task: PlanningTask, reference: Reference) -> Iterator[Stretch]:
    """Take a motion apart; fingers that press are where they touch, since their targets lie inside what they hold."""
    shown, n_arm = task.shown, len(task.cell.q_start)
    slides = task_type(task.cell.twin.task_type).slides
    T_from, T_end = reference.T_table_manip[0], reference.T_table_manip[-1]
    standing = task.space()
    held = task.space(T_hand_object=se3.inverse(_touched(task, reference) if slides else shown.T_manip_hand))
    ended = task.space(T_manip=T_end)
    before = {"approach": standing, "pregrasp": standing, "close": standing if slides else held, "track": held}
    for number, phase in enumerate(PHASES):
        at = np.flatnonzero(reference.phase == number)
        if not len(at):
            continue
        at = np.concatenate([[max(at[0] - 1, 0)], at])
        q = reference.qpos[at].copy()
        if phase == "track" or (phase == "close" and not slides):
            q[:, n_arm:] = shown.q_grasp
        rooms = tuple(
            carry_room(reference.T_table_manip[[i, j]], T_from, T_end)
            if phase == "track" and not slides
            else PUSHING
            if phase == "track"
            else Room(robot_scene=TOUCH_M)
            for i, j in itertools.pairwise(at)
        )
        yield Stretch(phase=phase, space=before.get(phase, ended), q=q, rooms=rooms)


def _touched(task: PlanningTask, reference: Reference) -> FloatArray:
    """Return the hand (4, 4) relative to the object at contact: of a slide it may be turned from the demonstrated."""
    T_table_hand = reference.anchor_T_table_hand[reference.anchor_name.index("contact")]
    return np.asarray(se3.inverse(task.arrangement.T_table_manip) @ T_table_hand)
