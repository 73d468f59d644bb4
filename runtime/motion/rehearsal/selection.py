"""Which rehearsed motion to keep: the surest first, then the one nearest to the demonstration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.path.candidate import CandidateMotion
from skillc.runtime.motion.rehearsal.rehearsal import Rehearsed, rehearse
from skillc.runtime.sim.world import World
from skillc.runtime.tasks.task_type import TaskType

WORST_USE = 3.0
"""ours: beyond three times a bound, failures are not told apart."""
HEAT_COST = 5.0
"""ours: a motor asked for a hundredth more than it holds without end costs as much as two further grasps."""


@dataclass(frozen=True, kw_only=True)
class TaskBounds:
    """Table 4, which selection applies with `share` of the room it leaves; SI."""

    rise_m: float
    grasp_offset_m: float
    grasp_height_m: float
    released_n: float
    pour_offset_m: float
    pour_height_m: float
    pour_tilt_rad: float
    holding_n: float
    push_offset_m: float
    push_rotation_rad: float
    share: float
    """0..1 of each bound that a selected motion may use."""
    untouched_m: float
    """How far the object may move before closing."""
    target_moved_m: float
    """How far target and obstacles may be moved."""
    press_share: float
    """0..1 of what the object may be pressed with that one link of a pushing hand may use."""
    table_depth_m: float
    """Deepest robot-table interpenetration that counts as no contact."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What the manipulated object should end like."""

    task: TaskType
    T_table_end: FloatArray
    """(4, 4) demonstrated end pose."""
    T_table_target: FloatArray | None
    """(4, 4) target object, of tasks that have one."""
    object_height_m: float
    press_n: float
    """N, the hardest that one link of the hand may press on the object."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One rehearsal judged; `use` = largest share of any bound, below 1 is a success."""

    use: float
    safe: bool
    held_use: float
    """Of what the worst motor holds without end."""

    def good(self, share: float) -> bool:
        """Whether it is safe and uses at most `share` of every bound."""
        return self.safe and self.use <= share


def judge(r: Rehearsed, goal: Goal, bounds: TaskBounds) -> Verdict:
    """Judge by Table 4 as the task's type says."""
    if not r.valid:
        return Verdict(use=WORST_USE, safe=False, held_use=WORST_USE)
    b = bounds
    safe = (
        r.moved_early_m <= b.untouched_m and r.table_depth_m <= b.table_depth_m and r.scene_moved_m <= b.target_moved_m
    )
    if goal.task.slides:  # what a grasp presses is what its search allows
        safe = safe and r.press_n <= b.press_share * goal.press_n
    return Verdict(use=_use(r, goal, b), safe=safe, held_use=r.held_use)


def _use(r: Rehearsed, goal: Goal, b: TaskBounds) -> float:
    """Return the largest share of any bound of Table 4 that is used."""
    end, T = r.T_table_manip, goal.T_table_end
    if goal.task.slides:
        offset = float(np.linalg.norm(end[:3, 3] - T[:3, 3])) / b.push_offset_m
        return max(offset, se3.rotation_angle(end, T) / b.push_rotation_rad)
    rise = _risen(r, b)
    if goal.task.places:
        centre = T if goal.T_table_target is None else goal.T_table_target
        offset = float(np.linalg.norm(end[:2, 3] - centre[:2, 3])) / b.grasp_offset_m
        above = r.lowest_m - centre[2, 3] - goal.object_height_m - b.grasp_height_m
        held = r.hand_force >= b.released_n
        return max(rise, offset, 0.0 if above < 0 else 2.0, 2.0 if held else 0.0)
    offset = float(np.linalg.norm(end[:3, 3] - T[:3, 3])) / b.pour_offset_m
    held = r.hand_force > b.holding_n
    use = max(rise, offset, 0.0 if held else 2.0)
    return max(use, _poured(r, goal, b)) if goal.task.pours else use


def _risen(r: Rehearsed, b: TaskBounds) -> float:
    """Return how much of the room between the planned rise and the least one was lost, 1 at the least one.

    A share of the least rise itself would ask more of every motion than the demonstration shows.
    """
    room = r.planned_lift_m - b.rise_m
    return max(r.planned_lift_m - r.lift_m, 0.0) / room if room > 0 else WORST_USE


def _poured(r: Rehearsed, goal: Goal, b: TaskBounds) -> float:
    """Return the share of the bounds that a pour's height and tilt use: none, or more than there is."""
    target = goal.T_table_target
    low = 0.0 if target is None else b.pour_height_m / max(r.lowest_m - target[2, 3], 1e-6)
    tilt = float(np.arccos(np.clip(r.T_table_manip[2, 2], -1, 1)))
    # An angle has no natural zero here: what counts is whether the demonstrated tilt is kept.
    shown = float(np.arccos(np.clip(goal.T_table_end[2, 2], -1, 1)))
    return 0.0 if low < 1 and (tilt > b.pour_tilt_rad or tilt > shown - 0.1) else 2.0


def choose(verdicts: Sequence[Sequence[Verdict]], costs: Sequence[float], bounds: TaskBounds) -> tuple[int, float]:
    """Return the index of the motion to keep and its share of good rehearsals.

    The surest motions are those that succeed most often, with all and with the selected share of the bounds counted
    alike; among them the lowest cost (distance from the demonstration, plus the mean use of the bounds, plus what is
    asked of motors beyond what they hold without end) wins. If none ever succeeds, the one that comes nearest does.
    """
    shares = np.array([np.mean([v.good(bounds.share) for v in row]) for row in verdicts])
    plain = np.array([np.mean([v.good(1.0) for v in row]) for row in verdicts])
    use = np.array([np.mean([min(v.use, WORST_USE) + (0.0 if v.safe else WORST_USE) for v in row]) for row in verdicts])
    sure = plain + shares
    best = sure >= sure.max() - 1e-9
    heat = np.array([HEAT_COST * max(sustained_use(row) - 1.0, 0.0) for row in verdicts])
    ranked = np.where(best, np.asarray(costs) + 0.2 * use + heat, np.inf) if sure.max() > 0 else use
    k = int(np.argmin(ranked))
    return k, float(plain[k])


def sustained_use(row: Sequence[Verdict]) -> float:
    """Return the mean over rehearsals of what is asked of the worst motor, over what it holds without end."""
    return float(np.mean([v.held_use for v in row])) if row else 0.0


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The motion kept and how all rehearsed ones did."""

    motion: CandidateMotion
    chosen: int
    """Its place among those rehearsed."""
    success_share: float
    """Share of its rehearsals that meet Table 4 safely."""
    costs: tuple[float, ...]
    """Of the motions rehearsed; those after the first sure one are not."""
    verdicts: tuple[tuple[Verdict, ...], ...]
    """Of the same."""

    @property
    def sustained_use(self) -> float:
        """Return what the motion kept asks of its worst motor, over what that holds without end."""
        return sustained_use(self.verdicts[self.chosen]) if self.verdicts else 0.0


def select(
    motions: Iterable[CandidateMotion],
    cost: float,
    worlds: Sequence[World],
    *,
    manipulated: str,
    goal: Goal,
    bounds: TaskBounds,
    hold_s: float,
    threads: int,
) -> Selection | None:
    """Rehearse motions in turn until one is good in every world, no motor too hot; else choose among all, if any.

    Without worlds nothing is rehearsed, and the first motion is kept. Nothing is held lighter for its motors' sake:
    where the object is a little smaller than the twin, fingers that follow positions press less by themselves.

    Args:
        motions: nearest to the demonstration first; each is asked for when the one before did not do.
        cost: of every further one, against the mean use of the bounds.
        worlds: varied scenes.
        manipulated: name of the object.
        goal: how it should end.
        bounds: Table 4.
        hold_s: how long the last command is held.
        threads: simulator threads.
    """
    if not worlds:
        first = next(iter(motions), None)
        if first is None:
            return None
        return Selection(motion=first, chosen=0, success_share=0.0, costs=(0.0,), verdicts=())
    rehearsed: list[CandidateMotion] = []
    verdicts: list[tuple[Verdict, ...]] = []

    def good(motion: CandidateMotion) -> bool:
        row = rehearse([motion.reference], worlds, manipulated=manipulated, hold_s=hold_s, threads=threads)[0]
        rehearsed.append(motion)
        verdicts.append(tuple(judge(r, goal, bounds) for r in row))
        return all(v.good(bounds.share) for v in verdicts[-1])

    for motion in motions:
        if good(motion) and sustained_use(verdicts[-1]) <= 1.0:
            break
    if not rehearsed:
        return None
    costs = tuple(cost * k for k in range(len(rehearsed)))
    chosen, share = choose(verdicts, costs, bounds)
    return Selection(
        motion=rehearsed[chosen], chosen=chosen, success_share=share, costs=costs, verdicts=tuple(verdicts)
    )
