"""A skill with a planned motion in the scene that the motion was planned for."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from skillc.runtime.evaluate.retargeted import waiting_for
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.motion_plan import MotionPlan
from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.reference import Reference
from skillc.runtime.sim.box_regions import box_regions
from skillc.runtime.sim.world import compile_world

MOTION_FILE = "reference.npz"
"""Beside `plan.json`."""


def with_plan(skill: Skill, plan: MotionPlan, reference: Reference) -> Skill:
    """Return the skill with `reference` as its motion, its scene and what its safety filter knows of it as planned.

    Success is measured against where the plan lets the object end.
    """
    twin = replace(skill.twin, objects=plan.objects)
    world = compile_world(
        twin=twin, twin_folder=skill.files / "twin", profile=skill.profile, robot_folder=skill.files / "robot",
        T_table_robot=skill.contract.T_table_robot, physics=skill.environment.physics,
    )  # fmt: skip
    boxes = box_regions(world, [o.name for o in plan.objects if o.role != "manipulated"])
    body = replace(
        skill.contract.body, boxes=boxes, box_halt_m=np.zeros((len(boxes), len(skill.contract.body.table_capsules)))
    )
    contract = replace(skill.contract, objects=tuple(o.name for o in plan.objects), body=body)
    poses = np.array(skill.object_motion.T_table_object)
    poses[-1] = plan.T_table_end
    shown = replace(skill.object_motion, T_table_object=poses)
    return waiting_for(replace(skill, twin=twin, contract=contract, object_motion=shown), reference)


def load_plan(skill: Skill, folder: Path) -> Skill:
    """Return the skill with the plan that `skillc plan-motion` wrote to a folder.

    Raises:
        FormatError: the folder holds no plan, or one of another skill.
    """
    plan = MotionPlan.load(folder / MotionPlan.FILE)
    if plan.skill != skill.name:
        raise FormatError(f"{folder} holds a motion of the skill {plan.skill!r}, not of {skill.name!r}")
    return with_plan(skill, plan, Reference.load(folder / MOTION_FILE))
