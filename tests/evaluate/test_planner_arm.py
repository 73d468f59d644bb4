"""The arm `planner`: what it asks its planner for, and what it does with the answer."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.evaluate.arms import PolicyFolders, adapted
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.motion_plan import MotionPlan
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.planning.arrangement import Arrangement, standing_at
from skillc.runtime.planning.impasse import Impasse, NoPlan
from skillc.runtime.planning.plan import PlannedMotion
from skillc.runtime.sim.variation import WorldVariation


@dataclass
class Told:
    """A planner that remembers what it was asked for and answers with the motion as it was built, or not at all."""

    skill: Skill
    finds: bool
    asked: list[Arrangement] = field(default_factory=list)
    cell: Cell | None = None

    def plan(self, arrangement: Arrangement, *, seed: int = 0) -> PlannedMotion:
        self.asked.append(arrangement)
        if not self.finds:
            raise NoPlan(Impasse(constraint="reach", at="contact", what="too far", progress=0))
        return PlannedMotion(
            reference=self.skill.reference, arrangement=arrangement, clearance_m=0.01, hand_turn_rad=0.0, seconds=0.0
        )

    def record(self, planned: PlannedMotion, seed: int) -> MotionPlan:
        T_end = planned.arrangement.T_table_manip
        return MotionPlan(
            skill=self.skill.name, objects=self.skill.twin.objects, T_table_end=T_end, clearance_m=0.01,
            hand_turn_rad=0.0, seconds=0.0, seed=seed,
        )  # fmt: skip


@pytest.mark.parametrize("finds", [True, False])
def test_the_planner_is_asked_for_the_trials_own_poses(
    small_build: Path, finds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    skill = Skill.load(small_build)
    planner = Told(skill=skill, finds=finds)
    monkeypatch.setattr("skillc.runtime.evaluate.arms.load_planner", lambda build: planner)
    T = standing_at(np.eye(4), 0.07, 0.23, 0.3)
    trial = Trial(world=WorldVariation(T_table_object={skill.twin.manipulated.name: T}))
    folders = PolicyFolders(build=small_build, trained=small_build / "policies")
    done = adapted(skill, skill.twin, None, trial, "planned", folders, 0)  # type: ignore[arg-type]  # no camera looks
    np.testing.assert_array_equal(planner.asked[0].T_table_manip, T)
    np.testing.assert_array_equal(planner.asked[0].T_table_target, skill.twin.target.T_table_object)
    assert done.refused == ("" if finds else "SK540: contact: too far")
    if finds:
        np.testing.assert_array_equal(done.skill.object_motion.T_table_object[-1], T)
    else:
        assert done.skill is skill
