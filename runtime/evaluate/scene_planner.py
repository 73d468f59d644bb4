"""The machine's planner for objects that were moved: the motion as built inside the box, another outside (4.4).

What a skill was made and tested for is its test box. There the built motion holds (or whatever corrects it); beyond,
the demonstrated contact is planned for where things stand. Where there is no motion the machine holds.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from skillc.runtime.evaluate.planned import with_plan
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.machine.planned import PlannerReading, SceneMotion
from skillc.runtime.planning.arrangement import Arrangement, arranged
from skillc.runtime.planning.cloud_boxes import cloud_boxes
from skillc.runtime.planning.impasse import NoPlan
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.tasks.catalog import task_type

SEEN_M, SEEN_RAD = 0.005, 0.05
"""ours: how far from its built place a thing may be seen where the spec states no box: what perception leaves open."""

MOVED_M = 0.015
"""ours: an open hand still closes around what is off by a fingertip's radius; grasps are rehearsed with 1 cm."""


@dataclass(frozen=True, kw_only=True)
class Laid:
    """What was laid for one look."""

    number: int
    motion: SceneMotion | None
    refused: str


Submit: TypeAlias = Callable[..., Future[Laid]]
"""Begins `lay(number, seen, cloud)`."""


class SceneLayer:
    """Lays the motion for a scene: the built one inside the box and among what the twin knows, else a planned one."""

    def __init__(
        self,
        skill: Skill,
        planner: MotionPlanner,
        obstacles: tuple[TwinObject, ...] = (),
        end_xy: FloatArray | None = None,
    ) -> None:
        """Prepare to plan.

        Args:
            skill: as it was built.
            planner: of the same build.
            obstacles: what stands on the table beyond the twin's things: stated, or seen as a cloud.
            end_xy: (2,) m, where what is slid is to end; None for where that was demonstrated.
        """
        self.skill, self._planner, self._obstacles = skill, planner, obstacles
        shown = skill.object_motion.T_table_object[-1][:2, 3]
        self._end_xy = shown if end_xy is None else end_xy

    def lay(self, number: int, seen: Mapping[str, FloatArray], cloud: FloatArray | None = None) -> Laid:
        """Return the motion for things seen at T_table_object (4, 4), or why there is none; raises nothing.

        Args:
            number: of the look.
            seen: name -> pose.
            cloud: (N, 3) m, table frame, of all that was seen except the robot; None where nothing gives one.
        """
        try:
            motion = self._motion(seen, cloud)
        except NoPlan as why:
            return Laid(number=number, motion=None, refused=str(why))
        except Exception as failed:  # the loop must not die of its planner
            return Laid(number=number, motion=None, refused=f"planning raised {type(failed).__name__}: {failed}")
        return Laid(number=number, motion=motion, refused="")

    def _motion(self, seen: Mapping[str, FloatArray], cloud: FloatArray | None) -> SceneMotion:
        skill = self.skill
        asked = self._asked(seen)
        if cloud is not None:
            there = arranged(self._planner.cell, asked).twin
            asked = replace(asked, obstacles=(*asked.obstacles, *cloud_boxes(cloud, there)))
        shown = np.array_equal(self._end_xy, skill.object_motion.T_table_object[-1][:2, 3])
        if shown and not asked.obstacles and inside_box(skill.twin, skill.environment, seen):
            return SceneMotion(reference=skill.reference, body=skill.contract.body)
        planned = self._planner.plan(asked)
        laid = with_plan(skill, self._planner.record(planned, 0), planned.reference)
        return SceneMotion(reference=laid.reference, body=laid.contract.body)

    def _asked(self, seen: Mapping[str, FloatArray]) -> Arrangement:
        """Return the problem of things seen so."""
        skill, target = self.skill, self.skill.twin.target
        return replace(
            Arrangement.of(skill.twin),
            T_table_manip=seen[skill.twin.manipulated.name],
            T_table_target=None if target is None else seen[target.name],
            end_xy=self._end_xy if task_type(skill.task_type).slides else None,
            obstacles=self._obstacles,
        )

    def moved(self, since: Mapping[str, FloatArray], now: Mapping[str, FloatArray]) -> str:
        """Say which thing stands elsewhere than it was seen, beyond what a contact forgives; empty if none does."""
        for name in (thing.name for thing in self.skill.twin.objects if thing.role != "obstacle"):
            if name not in since or name not in now:
                continue
            off = float(np.linalg.norm(now[name][:3, 3] - since[name][:3, 3]))
            if off > MOVED_M:
                return f"{name} was moved by {1e3 * off:.0f} mm since the motion was laid for it"
        return ""


class ScenePlanner:
    """Lays motions beside the loop, in a thread of its own; the machine waits for them where it stands."""

    def __init__(
        self,
        layer: SceneLayer,
        see: Callable[[], Mapping[str, FloatArray]],
        submit: Submit | None = None,
        cloud: Callable[[], FloatArray | None] = lambda: None,
    ) -> None:
        """Prepare to plan.

        Args:
            layer: of the skill.
            see: returns object name -> T_table_object (4, 4) as they are now.
            submit: begins the work; None for a thread. A simulation, whose clock would run ahead of a thread, gives
                `at_once`.
            cloud: returns what is seen on the table (N, 3), table frame, without the robot; None where nothing is.
        """
        self._layer, self._see, self._cloud = layer, see, cloud
        self._submit = submit or ThreadPoolExecutor(max_workers=1).submit
        self._number = 0
        self._seen: Mapping[str, FloatArray] = {}
        self._laid: Future[Laid] | None = None

    def look(self, number: int) -> None:
        """Take the poses of this moment and begin to lay the motion for them."""
        self._seen = {name: np.array(T) for name, T in self._see().items()}
        self._number = number
        self._laid = self._submit(self._layer.lay, number, self._seen, self._cloud())

    def newest(self) -> PlannerReading:
        """Return what is known so far: where the hand has to be follows from the poses, the way there takes longer."""
        looked = self._laid is not None
        if self._laid is None or not self._laid.done():
            return PlannerReading(number=self._number, distilled=looked, motion=None, refused="")
        done = self._laid.result()
        return PlannerReading(
            number=done.number, distilled=True, motion=done.motion, refused=done.refused,
            moved=self._layer.moved(self._seen, self._see()),
        )  # fmt: skip


def at_once(lay: Callable[..., Laid], *what: object) -> Future[Laid]:
    """Do the work before returning."""
    done: Future[Laid] = Future()
    done.set_result(lay(*what))
    return done


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
