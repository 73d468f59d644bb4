from dataclasses import replace

import pytest

from skillc.benchmarks.engine import PERCEPTION
from skillc.compiler.check.check import require_checked
from skillc.compiler.diff.meaning import changes
from skillc.compiler.diff.rerun import rerun
from skillc.compiler.diff.review import reviewed
from skillc.compiler.diff.side import Side
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.plan.code import code_digests

TASKS = ("apple", "peach", "spice", "toy", "box", "book", "tray")


def side(text: str, name: str = "apple.yaml") -> Side:
    return Side(name=name, resolved=require_checked(text.encode(), name)[0])


@pytest.fixture
def apple(project) -> str:
    return (project / "specs" / "skills" / "apple.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("task", TASKS)
def test_a_changed_reward_runs_no_perception_again(project, task: str) -> None:
    text = (project / "specs" / "skills" / f"{task}.yaml").read_text(encoding="utf-8")
    changed = text.replace("action_l2: {weight: -0.01}", "action_l2: {weight: -0.02}")
    assert changed != text
    before, after = (side(t, f"{task}.yaml") for t in (text, changed))
    found = rerun(before, after, chosen(after.resolved))
    assert set(found.changed) == {"environment"} and "residual" in found.policies
    assert set(PERCEPTION) <= set(found.kept) and "reference" in found.kept


def scope(apple: str, *replacements: tuple[str, str]) -> tuple[set[str], set[str]]:
    """Return the stages that must run and the policies to train after replacements."""
    text = apple
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    before, after = side(apple, "git:main:apple.yaml"), side(text)
    found = rerun(before, after, chosen(after.resolved))
    return set(found.changed), set(found.policies)


def test_only_what_is_made_of_the_change_runs_again(apple) -> None:
    assert scope(apple) == (set(), set())
    assert scope(apple, ("contact_force: 20 N", "contact_force: 15 N")) == ({"contract"}, set())
    assert scope(apple, ("retry 2", "retry 3")) == ({"machine"}, set())
    assert scope(apple, ("summary: Put", "summary: Lay")) == ({"environment", "objective"}, set())
    assert scope(apple, ("weight: -0.01", "weight: -0.02")) == ({"environment"}, {"residual"})
    stages, policies = scope(apple, ("focal: 582 px", "focal: 590 px"))
    assert "recording" in stages and policies == {"residual", "keyframe_pose"}


def test_what_is_only_tested_trains_nothing(apple) -> None:
    stages, policies = scope(apple, ("apple.scale: 0.8 .. 1.0", "apple.scale: 0.9 .. 1.0"))
    assert stages == {"environment"} and policies == set()


def test_files_are_compared_by_content(apple) -> None:
    old, new = side(apple), side(apple)
    stages = chosen(new.resolved)
    assert rerun(old, new, stages).changed == ()
    found = rerun(replace(old, inputs={"apple.mp4": {"": "1"}}), replace(new, inputs={"apple.mp4": {"": "2"}}), stages)
    assert "recording" in found.changed and set(found.policies) == {"residual", "keyframe_pose"}


def test_a_build_is_compared_with_its_code(apple) -> None:
    now = side(apple)
    stages = chosen(now.resolved)
    stage = next(s for s in stages if s.name == "machine")
    made = {"parameters": stage.parameters(now.resolved), "files": {}, "code": code_digests(stage.code)}
    assert rerun(replace(now, ingredients={"machine": made}), now, stages).changed == ()
    other = made | {"code": {"machine.py": "another"}}
    assert rerun(replace(now, ingredients={"machine": other}), now, stages).changed == ("machine",)


def risks(apple: str, old: str, new: str) -> dict[str, tuple[str, ...]]:
    assert old in apple
    before, after = side(apple), side(apple.replace(old, new))
    found = reviewed(changes(before.resolved, after.resolved), before, after, draft=False)
    return {change.path: change.risks for change in found}


LOOSENS, WEAKENS, RETRAINS = "loosens a limit", "weakens a fault response", "needs retraining"


@pytest.mark.parametrize(
    ("old", "new", "path", "expected"),
    [
        # How fast the arm may move shapes the motion that is learned.
        ("joint_speed: 60 deg/s", "joint_speed: 70 deg/s", "deploy.limits.joint_speed", (LOOSENS, RETRAINS)),
        ("contact_force: 20 N", "contact_force: 15 N", "deploy.limits.contact_force", ()),
        (", joint_speed: 60 deg/s", "", "deploy.limits.joint_speed", (LOOSENS, RETRAINS)),
        ("contact_force: 20 N", "joint_jerk: 50 rad/s^3, contact_force: 20 N", "deploy.limits.joint_jerk", ()),
        ("final_offset: < 7 cm", "final_offset: < 9 cm", "task.success.final_offset", (LOOSENS,)),
        ('rise: "> 5 cm"', 'rise: "> 3 cm"', "task.success.rise", (LOOSENS,)),
        ('rise: "> 5 cm"', 'rise: "> 8 cm"', "task.success.rise", ()),
        ("retry 2", "retry 3", "deploy.on_fault.object_lost", (WEAKENS,)),
        ("retry 2", "hold", "deploy.on_fault.object_lost", ()),
        ("object_lost: retry 2, else: hold", "else: hold", "deploy.on_fault.object_lost", ()),
        ("else: hold", "camera_stale: retry 1, else: hold", "deploy.on_fault.camera_stale", (WEAKENS,)),
        ("weight: -0.01", "weight: -0.02", "rewards.action_l2.weight", (RETRAINS,)),
        ("deploy:\n", "randomization: {apple.yaw: ± 20 deg}\ndeploy:\n", "randomization.apple.yaw", (RETRAINS,)),
        ("deploy:\n", "policies: {residual: {randomization: {apple.mass: × 0.9 .. 1.1}}}\ndeploy:\n",
         "policies.residual.randomization.apple.mass", (RETRAINS,)),
        ("focal: 582 px", "focal: 590 px", "cameras.main.focal", (RETRAINS,)),
    ],
)  # fmt: skip
def test_a_reviewer_is_told_what_a_change_does(apple, old, new, path, expected) -> None:
    assert risks(apple, old, new)[path] == expected


def test_a_higher_force_is_a_looser_limit_and_trains_nothing(apple) -> None:
    strict = apple.replace("contact_force: 20 N", "contact_force: 10 N")
    assert risks(strict, "contact_force: 10 N", "contact_force: 15 N")["deploy.limits.contact_force"] == (LOOSENS,)


def test_a_weaker_answer_to_all_other_faults_is_told(apple) -> None:
    strict = apple.replace("else: hold", "else: stop")
    found = risks(strict, "else: stop", "else: hold")
    assert found["deploy.on_fault.else"] == (WEAKENS,)
    assert risks(apple, "else: hold", "else: stop")["deploy.on_fault.else"] == ()


def test_of_two_changes_only_the_learned_one_needs_retraining(apple) -> None:
    changed = apple.replace("weight: -0.01", "weight: -0.02").replace("summary: Put", "summary: Lay")
    before, after = side(apple), side(changed)
    found = reviewed(changes(before.resolved, after.resolved), before, after, draft=False)
    assert {c.path: c.risks for c in found} == {"summary": (), "rewards.action_l2.weight": (RETRAINS,)}
