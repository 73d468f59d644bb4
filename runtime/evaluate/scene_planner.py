"""The machine's planner for objects that were moved: the motion as built inside the box, another outside (4.4).

What a skill was made and tested for is its test box. There the built motion holds (or whatever corrects it); beyond,
the demonstrated contact is planned for where things stand. Where there is no motion the machine holds.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.evaluate.planned import with_plan
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.twin import Twin
from skillc.runtime.machine.planned import PlannerReading, SceneMotion
from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.impasse import NoPlan
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.tasks.catalog import task_type

SEEN_M, SEEN_RAD = 0.005, 0.05
"""ours: how far from its built place a thing may be seen where the spec states no box: what perception leaves open."""


@dataclass(frozen=True, kw_only=True)
class Laid:
    """What was laid for one look."""

    number: int
    motion: SceneMotion | None
    refused: str


class ScenePlanner:
    """Lays motions beside the loop, in a thread of its own; the machine waits for them where it stands."""

    def __init__(self, skill: Skill, planner: MotionPlanner, see: Callable[[], Mapping[str, FloatArray]]) -> None:
        """Prepare to plan.

        Args:
            skill: as it was built.
            planner: of the same build.
            see: returns object name -> T_table_object (4, 4) as they are now.
        """
        self._skill, self._planner, self._see = skill, planner, see
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._number = 0
        self._laid: Future[Laid] | None = None

    def look(self, number: int) -> None:
        """Take the poses of this moment and begin to lay the motion for them."""
        seen = {name: np.array(T) for name, T in self._see().items()}
        self._number = number
        self._laid = self._pool.submit(self._lay, number, seen)

    def newest(self) -> PlannerReading:
        """Return what is known so far: where the hand has to be follows from the poses, the way there takes longer."""
        looked = self._laid is not None
        if self._laid is None or not self._laid.done():
            return PlannerReading(number=self._number, distilled=looked, motion=None, refused="")
        failed = self._laid.exception()
        if failed is not None:  # the loop must not die of its planner
            refused = f"planning raised {type(failed).__name__}: {failed}"
            return PlannerReading(number=self._number, distilled=False, motion=None, refused=refused)
        done = self._laid.result()
        return PlannerReading(number=done.number, distilled=True, motion=done.motion, refused=done.refused)

    def _lay(self, number: int, seen: Mapping[str, FloatArray]) -> Laid:
        skill = self._skill
        if inside_box(skill.twin, skill.environment, seen):
            return Laid(
                number=number, motion=SceneMotion(reference=skill.reference, body=skill.contract.body), refused=""
            )
        target = skill.twin.target
        asked = replace(
            Arrangement.of(skill.twin),
            T_table_manip=seen[skill.twin.manipulated.name],
            T_table_target=None if target is None else seen[target.name],
            end_xy=skill.object_motion.T_table_object[-1][:2, 3] if task_type(skill.task_type).slides else None,
        )
        try:
            planned = self._planner.plan(asked)
        except NoPlan as why:
            return Laid(number=number, motion=None, refused=str(why))
        there = with_plan(skill, self._planner.record(planned, 0), planned.reference)
        return Laid(number=number, motion=SceneMotion(reference=there.reference, body=there.contract.body), refused="")


def inside_box(twin: Twin, environment: Environment, seen: Mapping[str, FloatArray]) -> bool:
    """Whether every thing is seen (4, 4) within the box that the skill's motion is tested in."""
    most = {variation.quantity: variation.high for variation in environment.test_randomization}
    for thing in twin.objects:
        T, T_stood = seen[thing.name], np.asarray(thing.T_table_object)
        off = np.abs(T[:2, 3] - T_stood[:2, 3]).max()
        turn = T[:3, :3] @ T_stood[:3, :3].T
        yaw = 0.0 if thing.symmetry == "z" else abs(float(np.arctan2(turn[1, 0], turn[0, 0])))
        allowed = max(SEEN_M, most.get(f"{thing.name}.position.xy", 0.0))
        if not (off <= allowed and yaw <= max(SEEN_RAD, most.get(f"{thing.name}.yaw", 0.0))):
            return False
    return True
