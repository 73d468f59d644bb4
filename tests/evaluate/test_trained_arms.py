"""Every arm that corrects while the robot moves, on a small policy: through machine and filter, on equal scenes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from skillc.runtime.env.definition import Definition
from skillc.runtime.evaluate.arms import ARMS, Arm, PolicyFolders
from skillc.runtime.evaluate.corrections import residual
from skillc.runtime.evaluate.evaluate import PerformedTrial, built_scene, perform
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import PLAYED
from skillc.runtime.learn.residual.export import write_policy
from skillc.runtime.motion.path.candidate import CandidateMotion
from skillc.runtime.policies.poses.adjuster import Adjuster
from skillc.runtime.policies.refused import PolicyRefused
from skillc.runtime.policies.residual.expected import expected_contract
from skillc.runtime.sim.variation import WorldVariation
from tests.learn.residual.tiny import make_residual_build, trainer
from tests.learn.tiny import OVERHEAD
from tests.shared_build import once

TRIAL = Trial(world=WorldVariation(size_scale={"box": 1.1}))
CORRECTED: dict[Arm, Arm] = {
    "residual": "replay", "squeeze": "distillation", "both": "distillation", "ideal+squeeze": "ideal",
    "ideal+residual": "ideal",
}  # fmt: skip
"""Arm -> the one that adapts the motion in the same way, and corrects nothing."""
LARGEST_RAD = 0.06
"""Of a correction of the small build."""


class Adapting:
    """Stands for what adjusts the motion of a build: it looks where it is to look, and finds the motion as it was."""

    labels = ("contact",)

    def __init__(self, build: Path, trained: Path | None) -> None:
        self.trained, self._reference = trained, Skill.load(build).reference

    def ideal(self, poses: dict[str, FloatArray], scales: dict[str, float]) -> dict[str, FloatArray]:
        assert scales == {"contact": 1.1}
        return poses

    def asked_by(self, clouds: dict[str, FloatArray]) -> dict[str, FloatArray]:
        assert self.trained is not None and len(clouds["contact"]) > 10
        return {"contact": np.eye(4)}

    def motion(self, hands: dict[str, FloatArray]) -> CandidateMotion:
        return CandidateMotion(reference=self._reference, candidate=0, clearance_m=0.1)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small build whose camera hangs above the table."""

    def make(out: Path) -> None:
        make_residual_build(out)
        contract = Contract.load(out / Contract.FILE)
        replace(contract, T_camera_table=np.linalg.inv(OVERHEAD)).save(out / Contract.FILE)

    return once(tmp_path_factory, "residual_seen", make)


@pytest.fixture(scope="module")
def trained(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy that closes the hand, by an amount that depends a little on what it sees."""
    folder, definition = tmp_path_factory.mktemp("trained"), Definition.load(build)
    actor = trainer(build).actor
    last = [layer for layer in actor.mlp if isinstance(layer, torch.nn.Linear)][-1]
    hand = set(definition.profile.manipulator.hand_joints)
    columns = [k for t in definition.contract.action for k, j in enumerate(t.joints, t.start) if j in hand]
    with torch.no_grad():
        last.bias[columns] = 0.5
        last.weight[columns] = 0.01
    write_policy(actor, expected_contract(definition, "residual"), folder / "residual")
    return folder


@pytest.fixture(scope="module")
def performed(build: Path, trained: Path) -> dict[Arm, PerformedTrial]:
    skill = Skill.load(build)
    folders = PolicyFolders(build=build, trained=trained)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Adjuster, "load", lambda build, policy, trained=None: Adapting(build, trained))
        arms = {*CORRECTED, *CORRECTED.values()}
        return {arm: perform(skill, built_scene(skill), TRIAL, arm, folders, 0) for arm in arms}


def test_every_correcting_arm_is_compared() -> None:
    assert set(CORRECTED) == {arm for arm, (_, correction) in ARMS.items() if correction != "nothing"}
    assert all(ARMS[arm][0] == ARMS[plain][0] for arm, plain in CORRECTED.items())


@pytest.mark.parametrize("arm", CORRECTED)
def test_what_an_arm_asks_for_arrives_at_the_fingers_and_nowhere_else(
    build: Path, performed: dict[Arm, PerformedTrial], arm: Arm
) -> None:
    skill, plain = Skill.load(build), performed[CORRECTED[arm]]
    run, before = performed[arm].run, plain.run
    hand = [skill.contract.joint_names.index(name) for name in skill.profile.manipulator.hand_joints]
    others = np.setdiff1d(np.arange(len(skill.contract.joint_names)), hand)
    farther = run.log.q_command.max(axis=0) - before.log.q_command.max(axis=0)
    assert np.abs(farther[others]).max() < 1e-3
    assert farther[hand].max() > 0.02 and np.abs(farther[hand]).max() < LARGEST_RAD + 2e-3
    assert not any(trip.fault.startswith("policy") for trip in run.trips)


@pytest.mark.parametrize("arm", CORRECTED)
def test_commands_of_an_arm_stay_inside_the_limits_of_the_filter(
    build: Path, performed: dict[Arm, PerformedTrial], arm: Arm
) -> None:
    contract, log = Skill.load(build).contract, performed[arm].run.log
    speed = np.abs(np.diff(log.q_command, axis=0)) * contract.control_rate_hz
    assert (speed <= np.array([j.speed for j in contract.joints]) * (1 + 1e-6)).all()


def test_all_arms_begin_in_the_same_scene(performed: dict[Arm, PerformedTrial]) -> None:
    first = next(iter(performed.values())).run.log
    for one in performed.values():
        assert np.array_equal(one.run.log.T_table_manip[0], first.T_table_manip[0])
        assert np.array_equal(one.run.log.q_command[0], first.q_command[0])


def test_the_same_arm_in_the_same_scene_does_the_same(
    build: Path, trained: Path, performed: dict[Arm, PerformedTrial]
) -> None:
    skill = Skill.load(build)
    again = perform(skill, built_scene(skill), TRIAL, "residual", PolicyFolders(build=build, trained=trained), 0)
    assert np.array_equal(again.run.log.q_command, performed["residual"].run.log.q_command)


def test_without_its_policy_an_arm_is_refused(build: Path, tmp_path: Path) -> None:
    skill = Skill.load(build)
    with pytest.raises(PolicyRefused, match="SK906"):
        perform(skill, built_scene(skill), TRIAL, "residual", PolicyFolders(build=build, trained=tmp_path), 0)


def test_a_policy_that_was_trained_upon_another_motion_is_refused(build: Path, trained: Path) -> None:
    skill = Skill.load(build)
    elsewhere = replace(skill, environment=replace(skill.environment, reference=PLAYED))
    with pytest.raises(PolicyRefused, match="SK912"):
        residual(elsewhere, trained)
    residual(skill, trained)
