"""A simulated scene whose things stand elsewhere than demonstrated, and the planner of the machine that runs in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.evaluate.evaluate import RolloutScene, built_scene
from skillc.runtime.evaluate.scene_planner import SceneLayer, ScenePlanner, at_once
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.machine.ports import Robot
from skillc.runtime.planning.arrangement import Arrangement, arranged
from skillc.runtime.planning.lift import end_poses
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.slide import end_pose
from skillc.runtime.tasks.catalog import task_type


@dataclass(frozen=True, kw_only=True)
class MovedScene:
    """Where a skill is to run."""

    scene: RolloutScene
    """With the end that success is measured against."""
    layer: SceneLayer

    def planner_for(self, robot: Robot) -> ScenePlanner:
        """Return what lays motions for what a simulated robot measures; its clock waits for them."""

        def see() -> Mapping[str, FloatArray]:
            return robot.measure().T_table_objects

        return ScenePlanner(self.layer, see, at_once)


def moved_scene(skill: Skill, planner: MotionPlanner, asked: Arrangement) -> MovedScene:
    """Return the scene of an arrangement; what is slid is to end where that was asked for, or demonstrated."""
    slides = task_type(skill.task_type).slides
    if slides and asked.end_xy is None:
        asked = replace(asked, end_xy=np.array(skill.object_motion.T_table_object[-1][:2, 3]))
    task = planner.task(asked)
    poses = np.array(skill.object_motion.T_table_object)
    poses[-1] = end_pose(task) if slides else end_poses(task)[0]
    scene = replace(
        built_scene(skill),
        twin=arranged(planner.cell, asked).twin,
        object_motion=replace(skill.object_motion, T_table_object=poses),
    )
    return MovedScene(scene=scene, layer=SceneLayer(skill, planner, asked.obstacles, asked.end_xy))
