"""The unrefined grasp as a reference: the retargeted contact pose with closed fingers, everything else as refined.

The second thing that refinement must be better than (Video2Sim2Real D.1, Fig. 5 shows such poses and no rates for
them). From home, through clear space, within all limits, with the object's way, release and retreat of the refined
motion: only the hand at the object, and for pushes the hand behind it, is the retargeted one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from skillc.runtime.evaluate.retargeted import waiting_for
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.reference import Reference
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, PathParameters, build_cell
from skillc.runtime.motion.grasp.carry import GraspPose
from skillc.runtime.motion.grasp.motion import grasp_reference
from skillc.runtime.motion.grasp.object_way import grasped_path
from skillc.runtime.motion.grasp.parameters import GraspParameters
from skillc.runtime.motion.grasp.refine import world_beside
from skillc.runtime.motion.grasp.unrefined import unrefined_grasp
from skillc.runtime.motion.push.contact import motion_direction
from skillc.runtime.motion.push.motion import push_motions
from skillc.runtime.motion.push.refine import pushed_path
from skillc.runtime.tasks.catalog import task_type


class NotExecutable(ValueError):
    """The arm cannot follow the motion of a baseline; the message says which."""


def unrefined(skill: Skill) -> Skill:
    """Return the skill with the unrefined grasp's motion as its reference.

    Raises:
        NotExecutable: the arm does not reach the hand's poses.
    """
    build = skill.contents.source
    written = _resolved(build / "resolved.yaml")
    cell = build_cell(
        profile=skill.profile,
        robot_folder=build / "robot",
        twin=skill.twin,
        twin_folder=build / "twin",
        T_table_robot=skill.contract.T_table_robot,
        physics=skill.environment.physics,
        motion=skill.object_motion,
        keyframes=skill.keyframes,
        retargeted=skill.retargeted,
    )
    stages, paths = written["method"]["stages"], _path_parameters(written, skill.contract.control_rate_hz)
    seeds = int(stages["reference"]["seeds"])
    slides = task_type(skill.task_type).slides
    made = _push(cell, stages["grasps"], paths, seeds) if slides else _grasp(cell, stages["grasps"], paths, seeds)
    if made is None:
        raise NotExecutable(f"{skill.name}: the arm does not reach the retargeted hand pose along the object's way")
    return waiting_for(skill, made)


def _resolved(file: Path) -> Mapping[str, Any]:
    """Return the values of the resolved spec, which holds the settings of refinement.

    Raises:
        NotExecutable: there is none: the skill is a bundle, which leaves them out.
    """
    if not file.is_file():
        raise NotExecutable(f"{file} is missing: the settings of refinement are in a build's folder only")
    found = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    values: Mapping[str, Any] = found.get("values", found)
    return values


def _path_parameters(resolved: Mapping[str, Any], rate_hz: float) -> PathParameters:
    """Return how the build laid its paths."""
    written = resolved["method"]["stages"]["reference"]["paths"]
    bound = (resolved.get("deploy") or {}).get("limits", {}).get("joint_speed") or float("inf")
    timing = {**written["timing"], "joint_speed": bound, "rate_hz": rate_hz}
    paths: PathParameters = from_json(PathParameters, {**written, "timing": timing}, "method.stages.reference.paths")
    return paths


def _grasp(cell: Cell, written: Mapping[str, Any], paths: PathParameters, seeds: int) -> Reference | None:
    parameters: GraspParameters = from_json(GraspParameters, written["grasp"], "method.stages.grasps.grasp")
    T = se3.inverse(cell.T_table_manip) @ cell.T_table_hand
    found = unrefined_grasp(cell, world_beside(cell, T), parameters, T, "side")
    hand, path = found.T_object_hand[0], grasped_path(cell, paths)
    down, palm = cell.T_table_manip[:3, :3].T @ [0.0, 0.0, -1.0], (hand @ cell.hand.T_hand_palm)[:3, 2]
    for approach in (found.approach_object[0], down, palm, hand[:3, 2]):
        grasp = GraspPose(
            candidate=0,
            T_object_hand=hand,
            q_open=found.q_open[0],
            q_pre=found.q_pre[0],
            q_grasp=found.q_grasp[0],
            q_squeeze=found.q_squeeze[0],
            q_hold=found.q_hold[0],
            approach=approach,
        )
        made = grasp_reference(cell, grasp, path, paths, seeds=seeds)
        if made is not None:
            return made.reference
    return None


def _push(cell: Cell, written: Mapping[str, Any], paths: PathParameters, seeds: int) -> Reference | None:
    keys = cell.keyframes
    ahead = keys.contact + round(float(written["push"]["look_ahead_s"]) * keys.fps)
    direction = motion_direction(cell.motion.T_table_object, keys.contact, ahead)
    # As refined: a hand that goes before the object reaches into it from above, one behind it comes along its way.
    before = float((cell.T_table_hand[:3, 3] - cell.T_table_manip[:3, 3]) @ direction) > 0.0
    inward = np.array([0.0, 0.0, -1.0]) if before else direction
    made = push_motions(
        cell,
        candidate=0,
        T_object_hand=se3.inverse(cell.T_table_manip) @ cell.T_table_hand,
        q_hand=cell.q_hand,
        approach=cell.T_table_manip[:3, :3].T @ inward,
        path=pushed_path(cell, paths),
        paths=paths,
        seeds=seeds,
    )
    return next((motion.reference for motion in made), None)
