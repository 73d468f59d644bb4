"""Which motion the machine's planner lays for what it sees."""

import time
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from skillc.runtime.evaluate.scene_planner import SceneLayer, ScenePlanner, at_once, inside_box
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.environment import Environment, Variation
from skillc.runtime.machine.planned import PlannerReading
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.motion.cell.load import load_cell
from skillc.runtime.planning.arrangement import box_obstacle, standing_at
from skillc.runtime.planning.plan import MotionPlanner
from tests.evaluate.test_planner_arm import Told


@pytest.fixture(scope="module")
def skill(small_build: Path) -> Skill:
    return Skill.load(small_build)


@pytest.fixture(scope="module")
def cell(small_build: Path) -> Cell:
    made = Artifacts(folders=(small_build,))
    return load_cell(made, made.load(Environment).physics)


def seen_at(skill: Skill, dx: float) -> dict[str, FloatArray]:
    """The scene with the manipulated object moved along x."""
    poses = {thing.name: np.array(thing.T_table_object) for thing in skill.twin.objects}
    poses[skill.twin.manipulated.name][0, 3] += dx
    return poses


def told_of(planner: ScenePlanner, number: int) -> PlannerReading:
    planner.look(number)
    for _ in range(500):
        reading = planner.newest()
        if reading.motion is not None or reading.refused:
            return reading
        time.sleep(0.01)
    raise AssertionError("the planner said nothing in 5 s")


def laid(skill: Skill, dx: float, *, finds: bool) -> tuple[PlannerReading, Told]:
    plans = Told(skill=skill, finds=finds)
    planner = ScenePlanner(SceneLayer(skill, cast(MotionPlanner, plans)), lambda: seen_at(skill, dx))
    return told_of(planner, 3), plans


def test_inside_the_box_the_built_motion_holds_and_nothing_is_planned(skill: Skill) -> None:
    reading, plans = laid(skill, 0.004, finds=True)
    assert reading.number == 3 and reading.distilled and reading.motion is not None
    assert reading.motion.reference is skill.reference and not plans.asked


def test_outside_the_box_a_motion_is_planned_for_what_is_seen(skill: Skill) -> None:
    reading, plans = laid(skill, 0.3, finds=True)
    assert reading.motion is not None and len(plans.asked) == 1
    np.testing.assert_array_equal(plans.asked[0].T_table_manip, seen_at(skill, 0.3)[skill.twin.manipulated.name])


def test_where_there_is_no_motion_the_reason_is_told(skill: Skill) -> None:
    reading, _ = laid(skill, 0.3, finds=False)
    assert reading.motion is None and reading.refused == "SK540: contact: too far"


def test_a_planner_that_raises_is_told_and_does_not_end_the_loop(skill: Skill) -> None:
    planner = ScenePlanner(SceneLayer(skill, cast(MotionPlanner, Told(skill=skill, finds=True))), lambda: {})
    assert told_of(planner, 1).refused.startswith("planning raised KeyError")


def test_the_box_is_the_one_that_the_skill_is_tested_in(skill: Skill) -> None:
    name = skill.twin.manipulated.name
    box = (Variation(quantity=f"{name}.position.xy", kind="offset", low=-0.05, high=0.05, origin=""),)
    wide = replace(skill.environment, test_randomization=box)
    bare = replace(skill.environment, test_randomization=())
    assert inside_box(skill.twin, wide, seen_at(skill, 0.04))
    assert not inside_box(skill.twin, wide, seen_at(skill, 0.06))
    assert not inside_box(skill.twin, bare, seen_at(skill, 0.04))
    assert not inside_box(skill.twin, wide, seen_at(skill, float("nan")))


def test_what_is_moved_after_the_look_is_told_with_its_distance(skill: Skill) -> None:
    off = [0.0]
    layer = SceneLayer(skill, cast(MotionPlanner, Told(skill=skill, finds=True)))
    planner = ScenePlanner(layer, lambda: seen_at(skill, off[0]), at_once)
    planner.look(1)
    off[0] = 0.01
    assert planner.newest().moved == ""
    off[0] = 0.12
    assert planner.newest().moved == "box was moved by 120 mm since the motion was laid for it"
    planner.look(2)
    assert planner.newest().number == 2 and planner.newest().moved == ""


def test_among_obstacles_that_the_twin_does_not_know_the_built_motion_is_not_trusted(skill: Skill) -> None:
    plans = Told(skill=skill, finds=True)
    post = box_obstacle("post", standing_at(np.eye(4), 0.5, 0.5, 0.0), (0.03, 0.03, 0.1))
    laid = SceneLayer(skill, cast(MotionPlanner, plans), (post,)).lay(1, seen_at(skill, 0.0))
    assert laid.motion is not None and plans.asked[0].obstacles == (post,)


def test_what_a_cloud_shows_beyond_the_twins_things_is_planned_around(skill: Skill, cell: Cell) -> None:
    plans = Told(skill=skill, finds=True, cell=cell)
    at = np.arange(0.0, 0.08, 0.005)
    block = np.stack([0.6 + np.repeat(at, len(at)), 0.6 + np.tile(at, len(at)), np.full(len(at) ** 2, 0.15)], axis=1)
    planner = ScenePlanner(
        SceneLayer(skill, cast(MotionPlanner, plans)), lambda: seen_at(skill, 0.0), at_once, lambda: block
    )
    assert told_of(planner, 1).motion is not None
    assert len(plans.asked[0].obstacles) == 1 and plans.asked[0].obstacles[0].size_m[2] == pytest.approx(0.15)
