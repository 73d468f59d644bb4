from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.evaluate.planned import MOTION_FILE, load_plan
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.motion_plan import MotionPlan
from skillc.runtime.formats.records import FormatError
from skillc.runtime.planning.arrangement import box_obstacle, standing_at


def write_plan(skill: Skill, folder: Path, name: str) -> MotionPlan:
    """Write a plan in which the target stands 5 cm farther and a post beside it."""
    target = skill.twin.target
    assert target is not None
    moved = replace(target, T_table_object=standing_at(target.T_table_object, 0.2, 0.2, 0.0))
    post = box_obstacle("post", standing_at(np.eye(4), 0.3, 0.3, 0.0), (0.04, 0.04, 0.2))
    T_end = standing_at(np.eye(4), 0.2, 0.25, 0.0)
    plan = MotionPlan(
        skill=name, objects=(skill.twin.manipulated, moved, post), T_table_end=T_end, clearance_m=0.01,
        hand_turn_rad=0.0, seconds=0.1, seed=0,
    )  # fmt: skip
    plan.save(folder / MotionPlan.FILE)
    skill.reference.save(folder / MOTION_FILE)
    return plan


def test_the_safety_filter_knows_where_things_stand_in_the_planned_scene(small_build: Path, tmp_path: Path) -> None:
    skill = Skill.load(small_build)
    write_plan(skill, tmp_path, skill.name)
    planned = load_plan(skill, tmp_path)
    at = {box.name: np.asarray(box.T_table_box)[:2, 3] for box in planned.contract.body.boxes}
    np.testing.assert_allclose(at["tub"], [0.2, 0.2], atol=1e-9)
    np.testing.assert_allclose(at["post"], [0.3, 0.3], atol=1e-9)
    assert planned.contract.objects == ("box", "tub", "post")
    np.testing.assert_allclose(planned.object_motion.T_table_object[-1][:2, 3], [0.2, 0.25])


def test_a_plan_of_another_skill_is_refused(small_build: Path, tmp_path: Path) -> None:
    skill = Skill.load(small_build)
    write_plan(skill, tmp_path, "another")
    with pytest.raises(FormatError, match="another"):
        load_plan(skill, tmp_path)
