"""The unrefined grasp moves within limits, with the retargeted hand at the object."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.resolve.front_end import require_spec
from skillc.runtime.evaluate.evaluate import built_scene, roll_out
from skillc.runtime.evaluate.motions import with_motion
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.evaluate.unrefined import NotExecutable, unrefined
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.reference import PHASES
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import reachable_postures
from skillc.runtime.motion.cell.load import load_cell
from skillc.runtime.motion.grasp.parameters import GraspParameters
from skillc.runtime.motion.grasp.refine import find_grasps

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def skill(small_build: Path) -> Skill:
    """A skill that carries the box to the tub, its retargeted hand over the box at contact."""
    plain = Skill.load(small_build)
    cell = load_cell(Artifacts(folders=(small_build,)), plain.environment.physics)
    R = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    tips = cell.hand.tips(cell.q_hand[None])[0][0]
    box = np.asarray(plain.twin.manipulated.T_table_object)[:3, 3]
    T = se3.from_parts(R, box + np.array([0.0, 0.0, 0.06]) - R @ (0.5 * (tips[0] + tips[1:].mean(axis=0))))
    reached, q = reachable_postures(cell.arm, cell.T_table_robot, T[None], cell.q_start, seeds=6)
    assert reached[0]
    qpos = plain.retargeted.qpos.copy()
    qpos[:, : q.shape[1]] = q[0]
    moved = np.array(plain.object_motion.T_table_object)
    share = np.clip((np.arange(len(moved)) - plain.keyframes.contact) / 20.0, 0.0, 1.0)
    moved[:, 0, 3] += 0.15 * share
    moved[:, 2, 3] += 0.1 * np.sin(np.pi * share)
    return replace(
        plain,
        retargeted=replace(plain.retargeted, qpos=qpos),
        object_motion=replace(plain.object_motion, T_table_object=moved),
    )


def test_it_keeps_all_limits_and_the_hand_at_the_object_is_the_retargeted_one(skill: Skill) -> None:
    moving = unrefined(skill)
    q, joints = moving.reference.qpos, skill.contract.joints
    still = np.vstack([q[:1]] * 3 + [q] + [q[-1:]] * 3)
    for order, name in ((1, "speed"), (2, "acceleration"), (3, "jerk")):
        limit = np.array([getattr(j, name) for j in joints])
        assert np.max(np.abs(np.diff(still, n=order, axis=0)) * 60.0**order / limit) <= 1.0 + 1e-6
    contact = int(np.flatnonzero(moving.reference.phase == PHASES.index("close"))[0])
    arm = load_cell(Artifacts(folders=(skill.contents.source,)), skill.environment.physics).arm
    at, shown = arm.hand_pose(np.stack([q[contact, :7], skill.retargeted.qpos[0, :7]]))
    np.testing.assert_allclose(at[:3, :3], shown[:3, :3], atol=0.01)
    np.testing.assert_allclose(at[:2, 3], shown[:2, 3], atol=0.002)
    assert shown[2, 3] - 1e-3 < at[2, 3] < shown[2, 3] + 0.05, "raised out of the table at most"


def test_its_rollout_moves_and_is_not_stopped_for_being_fast(skill: Skill) -> None:
    moving = with_motion(skill, "unrefined")
    run = roll_out(moving, built_scene(moving), Trial())
    assert np.max(np.ptp(run.log.q_measured, axis=0)) > 0.1
    assert run.limited_ticks == 0 and "R3" not in {trip.code for trip in run.trips}


def test_a_search_of_no_attempts_closes_the_fingers_at_the_corrected_pose(skill: Skill, project: Path) -> None:
    spec, _ = require_spec((project / "specs/skills/apple.yaml").read_bytes(), "apple.yaml")
    whole: GraspParameters = from_json(GraspParameters, spec.section("method.stages.grasps")["grasp"], "grasp")
    cell = load_cell(Artifacts(folders=(skill.contents.source,)), skill.environment.physics)
    found = find_grasps(
        cell, replace(whole, search=replace(whole.search, attempts=0)), Ts_table_end=cell.T_table_manip[None],
        rng=np.random.default_rng(0), threads=1, progress=lambda share, text: None,
    )  # fmt: skip
    assert found is not None and (found.attempts, found.tested) == (0, 0)
    assert len(found.grasps.stable) == 1 and not found.grasps.stable[0]
    np.testing.assert_allclose(
        (cell.T_table_manip @ found.grasps.T_object_hand[0])[:3, :3], cell.T_table_hand[:3, :3], atol=1e-9
    )


def test_a_hand_that_the_arm_cannot_bring_there_is_told(skill: Skill) -> None:
    away = skill.retargeted.qpos.copy()
    away[:, 1], away[:, 3] = 1.9, 0.0
    with pytest.raises(NotExecutable, match="does not reach"):
        unrefined(replace(skill, retargeted=replace(skill.retargeted, qpos=away)))


def test_a_bundle_has_no_settings_to_make_it_from(skill: Skill, tmp_path: Path) -> None:
    with pytest.raises(NotExecutable, match=r"resolved\.yaml is missing"):
        unrefined(replace(skill, contents=replace(skill.contents, source=tmp_path)))


def test_the_refined_motion_is_the_skills_own(skill: Skill) -> None:
    assert with_motion(skill, "reference") is skill
    assert isinstance(skill.retargeted, JointMotion)
