"""A baseline is not held back by what the machine does for the refined motion."""

from dataclasses import replace
from pathlib import Path

from skillc.runtime.evaluate.evaluate import built_scene, roll_out
from skillc.runtime.evaluate.motions import going_on
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.machine_proof import problems


def states_after(skill: Skill) -> list[str]:
    # An object out of the hand's reach: closing finds nothing.
    gone = replace(skill.reference, qpos=skill.reference.qpos[:1].repeat(len(skill.reference.qpos), axis=0))
    run = roll_out(replace(skill, reference=gone), built_scene(skill), Trial())
    return [event.target for event in run.events]


def test_a_hand_that_closed_on_nothing_backs_off_but_a_baseline_goes_on(small_build: Path) -> None:
    skill = Skill.load(small_build)
    assert states_after(skill).count("back_off") == 5, "as often as it may be entered"
    freely = going_on(skill)
    assert problems(freely.machine) == ()
    assert "back_off" not in states_after(freely) and "track" in states_after(freely)
