from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.evaluate.arms import PolicyFolders, adapted
from skillc.runtime.evaluate.evaluate import built_scene, perform, simulated_robot
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.adjusted import Infeasible
from skillc.runtime.policies.poses.adjuster import Adjuster, pose_error
from skillc.runtime.sim.variation import WorldVariation


class Refusing:
    """Stands for what adjusts the motion of a build, and cannot."""

    labels = ("contact",)

    def ideal(self, poses: dict[str, FloatArray], scales: dict[str, float]) -> dict[str, FloatArray]:
        assert scales == {"contact": 1.1}
        return poses

    def motion(self, hands: dict[str, FloatArray]) -> None:
        raise Infeasible("out of reach")


TRIAL = Trial(world=WorldVariation(size_scale={"box": 1.1}))


def test_what_cannot_be_adjusted_is_said_and_the_robot_holds(
    small_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Adjuster, "load", lambda *given: Refusing())
    skill = Skill.load(small_build)
    folders = PolicyFolders(build=small_build, trained=small_build / "policies")
    performed = perform(skill, built_scene(skill), TRIAL, "ideal", folders, 0)
    assert performed.adaptation.refused == "SK910: out of reach"
    log = performed.run.log
    assert np.ptp(log.q_command, axis=0).max() < 1e-9
    assert log.final_state not in ("success", "done")


def test_the_replay_adapts_nothing(small_build: Path) -> None:
    skill = Skill.load(small_build)
    scene = built_scene(skill)
    world = simulated_robot(skill, scene, TRIAL).world
    found = adapted(skill, scene.twin, world, TRIAL, "nothing", None, 0)
    assert found.skill is skill and not found.refused


def test_other_arms_need_a_build(small_build: Path) -> None:
    skill = Skill.load(small_build)
    scene = built_scene(skill)
    world = simulated_robot(skill, scene, TRIAL).world
    with pytest.raises(ValueError, match="needs a build folder"):
        adapted(skill, scene.twin, world, TRIAL, "distillation", None, 0)


def test_the_error_of_a_pose_is_its_distance_and_its_turn() -> None:
    turned = np.array([[0.0, -1, 0, 0.03], [1, 0, 0, 0.04], [0, 0, 1, 0], [0, 0, 0, 1]])
    assert pose_error(turned, np.eye(4)) == pytest.approx((0.05, np.pi / 2))
