"""The squeeze: fingers close by one angle, through the policy port, the machine and the safety filter."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.evaluate.corrections import RISE_S, SQUEEZE_RAD, closing_direction, squeeze, squeezing
from skillc.runtime.evaluate.evaluate import built_scene, in_scene, simulated_robot
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.policies import InlinePolicy
from skillc.runtime.machine.policy_watch import Question
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.policies.refused import PolicyRefused
from skillc.runtime.robot.model import robot_model


@pytest.fixture(scope="module")
def skill(small_build: Path) -> Skill:
    return Skill.load(small_build)


def question(time_s: float) -> Question:
    return Question(time_s=time_s, qpos=np.zeros(23), q_reference_next=np.zeros(23), T_table_manip=np.eye(4))


def rolled(skill: Skill, policy: InlinePolicy | None) -> Run:
    scene = built_scene(skill)
    here = in_scene(skill, scene)
    return execute(
        machine=here.machine, contract=here.contract, reference=here.reference,
        robot=simulated_robot(here, scene, Trial()), policy=policy,
    )  # fmt: skip


def test_closing_moves_every_fingertip_along_its_pad(skill: Skill) -> None:
    own = skill.profile.manipulator
    hand = HandModel.from_model(robot_model(skill.profile, skill.files / "robot", np.eye(4)).model, skill.profile)
    q = skill.reference.qpos[-1, [skill.reference.joint_names.index(name) for name in own.hand_joints]]
    before, normals = hand.tips(q[None])
    after, _ = hand.tips(q[None] + 0.01 * closing_direction(skill)[None])
    assert (np.einsum("fi,fi->f", after[0] - before[0], normals[0]) > 2e-4).all()


def test_the_squeeze_grows_to_its_full_angle_and_never_repeats_itself(skill: Skill, tmp_path: Path) -> None:
    answer = squeeze(skill, tmp_path)
    assert np.abs(answer(question(3.0))).max() == 0.0
    full = answer(question(3.0 + RISE_S))
    again = answer(question(4.0 + RISE_S))
    assert full.tobytes() != again.tobytes() and np.abs(full - again).max() < 1e-5
    scale = max(term.scale_rad for term in skill.contract.action)
    assert np.abs(full).max() * scale == pytest.approx(SQUEEZE_RAD, rel=1e-5)


def test_the_arm_is_not_squeezed(skill: Skill) -> None:
    action = squeezing(skill)
    for term in skill.contract.action:
        if not set(term.joints) & set(skill.profile.manipulator.hand_joints):
            assert not action[term.start : term.start + len(term.joints)].any()


def test_fingers_are_sent_closed_by_that_angle(skill: Skill, tmp_path: Path) -> None:
    squeezed, played = rolled(skill, InlinePolicy(squeeze(skill, tmp_path))), rolled(skill, None)
    farther = squeezed.log.q_command.max(axis=0) - played.log.q_command.max(axis=0)
    closed = [skill.contract.joint_names.index(name) for name in skill.profile.manipulator.hand_joints]
    assert farther.max() == pytest.approx(SQUEEZE_RAD, abs=2e-3) and np.abs(farther).max() < SQUEEZE_RAD + 2e-3
    assert (farther[closed] > 0.5 * SQUEEZE_RAD).sum() >= 4
    assert not any(trip.fault.startswith("policy") for trip in squeezed.trips)


def test_a_policy_without_a_hand_has_nothing_to_squeeze(skill: Skill, tmp_path: Path) -> None:
    moving = tuple(replace(term, kind="delta") for term in skill.contract.action)
    with pytest.raises(PolicyRefused, match="SK911"):
        squeeze(replace(skill, contract=replace(skill.contract, action=moving)), tmp_path)
