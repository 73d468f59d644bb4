"""Pushing a box: where the hand touches, that it only touches, how it comes in, and that it works."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest

from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, PathParameters, build_cell, reachable_postures
from skillc.runtime.motion.kinematics.arm_ik import Arm
from skillc.runtime.motion.path.check import NearestPoint
from skillc.runtime.motion.path.object_path import ObjectPath
from skillc.runtime.motion.push.contact import PushParameters
from skillc.runtime.motion.push.motion import push_motions
from skillc.runtime.motion.push.refine import PushCandidate, PushSearch, push_candidates, pushed_path
from skillc.runtime.motion.rehearsal.selection import Goal, TaskBounds, select
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.tasks.catalog import task_type
from tests.motion import synthetic

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spec(project: Path) -> ResolvedSpec:
    found, _ = require_spec((project / "specs/skills/box.yaml").read_bytes(), "box.yaml")
    return found


@pytest.fixture(scope="module")
def paths(spec: ResolvedSpec) -> PathParameters:
    written: dict[str, Any] = dict(spec.section("method.stages.reference.paths"))
    written["timing"] = {**written["timing"], "joint_speed": 1.05, "rate_hz": 60.0}
    parameters: PathParameters = from_json(PathParameters, written, "paths")
    return parameters


@pytest.fixture(scope="module")
def build(
    profile: RobotProfile,
    robot_folder: Path,
    robot_model: mujoco.MjModel,
    physics: PhysicsSettings,
    T_table_robot: np.ndarray,
) -> Callable[[synthetic.Made], Cell]:
    def built(made: synthetic.Made) -> Cell:
        arm = Arm.from_model(robot_model, profile)
        _, q = reachable_postures(arm, T_table_robot, made.T_table_hand[None], arm.home, seeds=6)
        count = len(made.motion.frame)
        return build_cell(
            profile=profile, robot_folder=robot_folder, twin=made.twin, twin_folder=synthetic.NOWHERE,
            T_table_robot=T_table_robot, physics=physics, motion=made.motion, keyframes=made.keyframes,
            retargeted=JointMotion(
                time_s=np.arange(count) / 30, qpos=np.tile(np.concatenate([q[0], profile.home[7:]]), (count, 1)),
                joint_names=profile.joint_names, T_table_robot=T_table_robot, tip_error_m=np.zeros((count, 4)),
                wrist_error_m=np.zeros(count), wrist_error_rad=np.zeros(count),
            ),
        )  # fmt: skip

    return built


@pytest.fixture(scope="module")
def cell(build: Callable[[synthetic.Made], Cell]) -> Cell:
    return build(synthetic.box())


@pytest.fixture(scope="module")
def book_cell(build: Callable[[synthetic.Made], Cell]) -> Cell:
    """A book of 3 cm, pushed with the edge of the hand on the table: its fingers lie one above the other."""
    made = synthetic.box()
    book = replace(made.twin.manipulated, size_m=(0.15, 0.2, 0.03), center_of_mass_m=(0.0, 0.0, 0.015))
    return build(replace(made, twin=synthetic.twin(book, task_type="push")))


def _searched(
    spec: ResolvedSpec, cell: Cell, paths: PathParameters, seat: Mapping[str, Any] | None = None, **change: object
) -> list[PushCandidate]:
    section: Mapping[str, Any] = spec.section("method.stages.grasps")
    search = {**section["push_search"], "keep": 3, **change}
    search["seat"] = {**search["seat"], **(seat or {})}
    found, _ = push_candidates(
        cell, from_json(PushParameters, section["push"], "push"), paths, from_json(PushSearch, search, "search")
    )
    return found


@pytest.fixture(scope="module")
def candidates(spec: ResolvedSpec, cell: Cell, paths: PathParameters) -> list[PushCandidate]:
    return _searched(spec, cell, paths)


@pytest.fixture(scope="module")
def path(cell: Cell, paths: PathParameters) -> ObjectPath:
    return pushed_path(cell, paths)


@pytest.fixture(scope="module")
def reference(cell: Cell, candidates: list[PushCandidate], path: ObjectPath, paths: PathParameters) -> Reference:
    first = candidates[0]
    built = list(push_motions(
        cell, candidate=0, T_object_hand=first.contact.T_object_hand, q_hand=first.q_hand,
        approach=first.contact.approach,
        path=path, paths=paths, seeds=6,
    ))  # fmt: skip
    assert len(built) == 4, "as demonstrated, and with the hand kept at its place; both slower, too"
    return built[0].reference


def test_candidates_are_ordered_by_their_distance_from_the_demonstration(candidates: list[PushCandidate]) -> None:
    assert len(candidates) == 3
    assert all(a.cost <= b.cost for a, b in itertools.pairwise(candidates))


def test_every_candidate_pushes_along_the_motion_and_stands_behind_the_object(
    candidates: list[PushCandidate], cell: Cell
) -> None:
    travel = cell.motion.T_table_object[-1, :3, 3] - cell.motion.T_table_object[0, :3, 3]
    for c in candidates:
        assert not c.contact.along, "a solid box is pushed from behind"
        direction = cell.T_table_manip[:3, :3] @ c.contact.direction
        assert direction @ travel / np.linalg.norm(travel) > 0.99 and direction[2] == 0
        tips = se3.apply(c.contact.T_object_hand, cell.hand.tips(c.q_hand[None])[0][0])
        assert max(tips[1:] @ c.contact.direction) < -0.05


def test_candidates_touch_nothing_at_contact_and_are_no_farther_than_a_hair(
    candidates: list[PushCandidate], cell: Cell
) -> None:
    for c in candidates:
        T = (cell.T_table_manip @ c.contact.T_object_hand)[None]
        reached, q = reachable_postures(cell.arm, cell.T_table_robot, T, cell.q_start, seeds=6)
        seen = cell.checker.check(cell.with_hand(q, c.q_hand), cell.T_table_manip)
        assert reached[0] and seen.robot_scene[0] >= 0.004
        assert 0.0 <= seen.robot_manipulated[0] < 0.002


def first_touches(candidate: PushCandidate, cell: Cell) -> list[NearestPoint]:
    """What is at the object's back within two millimetres of what is nearest to it."""
    T = (cell.T_table_manip @ candidate.contact.T_object_hand)[None]
    _, q = reachable_postures(cell.arm, cell.T_table_robot, T, cell.q_start, seeds=6)
    direction = cell.T_table_manip[:3, :3] @ candidate.contact.direction
    facing = [
        t for t in cell.checker.touches(np.concatenate([q[0], candidate.q_hand]), cell.T_table_manip)
        if t.normal @ direction > 0.7
    ]  # fmt: skip
    return [t for t in facing if t.distance_m < min(u.distance_m for u in facing) + 0.002]


def test_fingertips_touch_first_below_the_rim_and_their_middle_is_behind_the_middle_of_the_object(
    candidates: list[PushCandidate], cell: Cell
) -> None:
    tips = set(cell.world.model.geom_bodyid[cell.world.tip_geoms].tolist())
    for c in candidates:
        first = first_touches(c, cell)
        assert len({t.link for t in first} & tips) >= 2, "several share the load"
        assert max(t.point[2] for t in first) < 0.9 * cell.surface.height
        across = np.cross([0.0, 0.0, 1.0], cell.T_table_manip[:3, :3] @ c.contact.direction)
        at = [float((t.point - cell.T_table_manip[:3, 3]) @ across) for t in first]
        assert abs(min(at) + max(at)) / 2 < 0.004
        assert np.abs(c.q_hand - cell.q_hand).max() <= 0.4 + 1e-9 or c.straightened > 0


def test_without_bending_something_else_than_fingertips_touches_first(
    spec: ResolvedSpec, cell: Cell, paths: PathParameters
) -> None:
    tips = set(cell.world.model.geom_bodyid[cell.world.tip_geoms].tolist())
    bent, stiff = (_searched(spec, cell, paths, keep=1, seat={"bends_rad": b})[0] for b in ([0.4], [0.0]))
    assert {t.link for t in first_touches(bent, cell)} <= tips
    assert not {t.link for t in first_touches(stiff, cell)} <= tips and stiff.cost == pytest.approx(bent.cost + 0.4)


def test_where_fingers_lie_one_above_the_other_the_lowest_one_pushes_and_the_orientation_is_kept(
    spec: ResolvedSpec, book_cell: Cell, paths: PathParameters
) -> None:
    kept = _searched(spec, book_cell, paths, keep=1)[0]
    assert kept.deviation_rad < 1e-6
    middle = _searched(spec, book_cell, paths, keep=1, leading=["middle"])
    assert not middle or middle[0].cost > kept.cost + 0.2, "turned, or its fingers straightened"


def test_a_hand_that_may_not_come_near_the_table_finds_no_push(
    spec: ResolvedSpec, cell: Cell, paths: PathParameters
) -> None:
    assert (
        _searched(
            spec, cell, paths, seat={"table_clearance_m": 0.5}, turns_rad=[0.0], heights=[0.6], straightened=[0.0]
        )
        == []
    )


def test_the_hand_comes_in_straight_with_the_orientation_of_the_push(reference: Reference, cell: Cell) -> None:
    pre, touch = (reference.anchor_T_table_hand[reference.anchor_name.index(n)] for n in ("pre_contact", "contact"))
    assert np.allclose(pre[:3, :3], touch[:3, :3], atol=1e-9)
    span = slice(*(int(reference.anchor_index[reference.anchor_name.index(n)]) for n in ("pre_contact", "contact")))
    T = cell.T_table_robot @ cell.arm.hand_pose(reference.qpos[span, :7])
    line = (touch[:3, 3] - pre[:3, 3]) / np.linalg.norm(touch[:3, 3] - pre[:3, 3])
    off = (T[:, :3, 3] - pre[:3, 3]) - ((T[:, :3, 3] - pre[:3, 3]) @ line)[:, None] * line
    assert np.linalg.norm(off, axis=1).max() < 4e-3, "the tolerance of the arm"
    assert max(se3.rotation_angle(t, touch) for t in T) < np.deg2rad(1)


def test_while_pushing_the_palm_keeps_its_height_and_the_fingers_their_posture(
    reference: Reference, cell: Cell
) -> None:
    track = reference.phase == PHASES.index("track")
    heights = (cell.T_table_robot @ cell.arm.hand_pose(reference.qpos[track, :7]))[:, 2, 3]
    assert np.ptp(heights) < 4e-3, "the tolerance of the arm"
    assert np.allclose(reference.qpos[track, 7:], reference.qpos[track, 7:][0], atol=1e-12)


def test_the_push_that_rehearsals_keep_brings_the_box_there_and_presses_it_softly(
    candidates: list[PushCandidate], cell: Cell, path: ObjectPath, paths: PathParameters, spec: ResolvedSpec
) -> None:
    goal = Goal(
        task=task_type("push"), T_table_end=path.T_table_object[-1], T_table_target=None, object_height_m=0.1157,
        press_n=10.0,
    )  # fmt: skip
    made = (
        push_motions(
            cell, candidate=k, T_object_hand=c.contact.T_object_hand, q_hand=c.q_hand, approach=c.contact.approach,
            path=path, paths=paths, seeds=6,
        )
        for k, c in enumerate(candidates)
    )  # fmt: skip
    kept = select(
        itertools.chain.from_iterable(made), 0.1, cell.varied([WorldVariation()]), manipulated="box", goal=goal,
        hold_s=0.2, threads=2,
        bounds=from_json(TaskBounds, spec.section("method.stages.reference.bounds"), "bounds"),
    )  # fmt: skip
    assert kept is not None and kept.verdicts[kept.chosen][0].good(0.5)
    assert not kept.verdicts[0][0].safe, "the first pose presses with 28 N"
