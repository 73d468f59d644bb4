"""Plan the demonstrated contact for objects that stand elsewhere: a whole motion that is free, or why there is none."""

from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

import numpy as np

from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.motion_plan import MotionPlan
from skillc.runtime.formats.reference import Reference
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, PathParameters
from skillc.runtime.motion.path.assemble import assemble
from skillc.runtime.motion.path.time_scaling import limit_use
from skillc.runtime.planning.arrangement import Arrangement, arranged
from skillc.runtime.planning.clear_space import Room
from skillc.runtime.planning.contacts import TurnedContact, slide_contacts
from skillc.runtime.planning.impasse import Impasse, NoPlan
from skillc.runtime.planning.lift import lift_segments
from skillc.runtime.planning.prove import clearance, unproved
from skillc.runtime.planning.route import Connect, Search
from skillc.runtime.planning.shown_contact import ShownContact
from skillc.runtime.planning.slide import end_pose, slide_segments
from skillc.runtime.planning.task import PlanningTask
from skillc.runtime.tasks.catalog import task_type

OVERLAP_M = 0.001
"""ours: things may stand this far inside each other, which is what poses are known to at best."""


EDGE_M = 0.01
"""ours: a thing whose middle is nearer to the table's edge tips where its pose is off by a sigma."""


@dataclass(frozen=True, kw_only=True)
class PlannedMotion:
    """A motion that is proved free, with the scene it is free in."""

    reference: Reference
    arrangement: Arrangement
    clearance_m: float
    """Least distance of the robot to table, target and obstacles."""
    hand_turn_rad: float
    """By which the hand at contact is turned from the demonstrated one; of a grasp 0."""
    seconds: float
    """Taken to plan it."""


@dataclass(frozen=True, kw_only=True)
class MotionPlanner:
    """What plans for one build."""

    skill: str
    """Its name."""
    cell: Cell
    """As it was built."""
    shown: ShownContact
    paths: PathParameters
    patience_s: float = 2.0
    """ours: of one search for a free way; half of those found take less than 50 ms."""
    connect: Connect | None = None
    """What searches for free ways; None for OMPL."""

    @cached_property
    def contacts(self) -> tuple[TurnedContact, ...]:
        """Ways to touch the object, the demonstrated one first; a grasp has no other."""
        if task_type(self.cell.twin.task_type).slides:
            return slide_contacts(self.cell, self.shown)
        return (TurnedContact(T_manip_hand=self.shown.T_manip_hand, turn_rad=0.0),)

    def plan(self, arrangement: Arrangement, *, seed: int = 0) -> PlannedMotion:
        """Return the motion for things standing so.

        Raises:
            NoPlan: why there is none: SK540 to SK544.
        """
        began = perf_counter()
        task = self.task(arrangement, seed=seed)
        wrong = _off_the_table(task) or _overlap(task)
        if wrong is not None:
            raise NoPlan(wrong)
        slides = task_type(self.cell.twin.task_type).slides
        last: Impasse | None = None
        try:
            for segments in (slide_segments if slides else lift_segments)(task):
                reference = assemble(
                    segments, profile=self.cell.profile, timing=self.paths.timing,
                    jerk=self.paths.slide_jerk if slides else self.paths.carry_jerk, hand_start=self.cell.hand_start,
                    T_table_robot=self.cell.T_table_robot, T_table_target=arrangement.T_table_target,
                )  # fmt: skip
                last = _beyond_limits(task, reference) or unproved(task, reference)
                if last is None:
                    return PlannedMotion(
                        reference=reference, arrangement=arrangement, clearance_m=clearance(task, reference),
                        hand_turn_rad=_hand_turn(task, reference) if slides else 0.0,
                        seconds=perf_counter() - began,
                    )  # fmt: skip
        except NoPlan as failed:
            raise NoPlan(last or failed.impasse) from failed
        assert last is not None, "every motion was made and none returned"
        raise NoPlan(last)

    def record(self, planned: PlannedMotion, seed: int) -> MotionPlan:
        """Return the scene of a plan as it is kept."""
        return MotionPlan(
            skill=self.skill,
            objects=arranged(self.cell, planned.arrangement).twin.objects,
            T_table_end=planned.reference.T_table_manip[-1],
            clearance_m=planned.clearance_m,
            hand_turn_rad=planned.hand_turn_rad,
            seconds=round(planned.seconds, 4),
            seed=seed,
        )

    def task(self, arrangement: Arrangement, *, seed: int = 0) -> PlanningTask:
        """Return the problem of things standing so."""
        return PlanningTask(
            cell=arranged(self.cell, arrangement),
            arrangement=arrangement,
            shown=self.shown,
            contacts=self.contacts,
            paths=self.paths,
            search=Search(patience_s=self.patience_s, seed=seed, connect=self.connect),
        )


def _hand_turn(task: PlanningTask, reference: Reference) -> float:
    wanted = task.arrangement.T_table_manip @ task.shown.T_manip_hand
    T_contact = reference.anchor_T_table_hand[reference.anchor_name.index("contact")]
    return se3.rotation_angle(wanted, T_contact)


def _off_the_table(task: PlanningTask) -> Impasse | None:
    """Say which thing would stand, or end, with its middle beyond the table's edge, from where it falls."""
    twin = task.cell.twin
    ends = {o.name: np.asarray(o.T_table_object)[:2, 3] for o in twin.objects if o.role != "obstacle"}
    told = [(name, at, "start", "stand") for name, at in ends.items()]
    if task_type(twin.task_type).slides:
        told.append((twin.manipulated.name, end_pose(task)[:2, 3], "push", "end"))
    for name, xy, at, verb in told:
        beyond = float(np.max(np.abs(xy - twin.table_center_m) - twin.table_half_size_m))
        if not beyond <= -EDGE_M:
            what = f"{name} would {verb} at {xy[0]:.2f}, {xy[1]:.2f} m and fall off the table: its edge is "
            what += f"{1e3 * beyond:.0f} mm back" if beyond > 0 else f"{-1e3 * beyond:.0f} mm away"
            return Impasse(constraint="table", at=at, what=what, progress=0)
    return None


def _overlap(task: PlanningTask) -> Impasse | None:
    """Say whether the manipulated object stands inside another thing, or the robot in its home posture touches one."""
    room = Room(
        robot_scene=0.0, robot_manipulated=0.0, carried_table=-np.inf, carried_target=-OVERLAP_M,
        carried_obstacle=-OVERLAP_M,
    )  # fmt: skip
    space, q = task.space(), np.concatenate([task.cell.q_start, task.cell.hand_start])
    names = space.blocker(q, room)
    if names is None:
        return None
    what = f"{names[0]} and {names[1]} stand inside each other"
    return Impasse(constraint="collision", at="start", what=what, progress=0, q=q, between=names)


def _beyond_limits(task: PlanningTask, reference: Reference) -> Impasse | None:
    """Say which of its limits a motion breaks; the filter would slow it down, and contact would come late."""
    limits = MotionLimits.of(task.cell.profile.joints)
    used = limit_use(reference.qpos, limits, task.paths.timing.rate_hz)
    if used.inside:
        return None
    what = f"speed, acceleration and jerk use {used.speed:.2f}, {used.acceleration:.2f} and {used.jerk:.2f} of limits"
    return Impasse(constraint="limit", at="timing", what=what, progress=15)
