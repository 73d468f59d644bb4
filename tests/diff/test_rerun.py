import pytest

from skillc.benchmarks.engine import PERCEPTION
from skillc.compiler.check.check import require_checked
from skillc.compiler.diff.rerun import rerun
from skillc.compiler.pipeline.catalog import stages
from skillc.compiler.plan.graph import ordered

TASKS = ("apple", "peach", "spice", "toy", "box", "book", "tray")


@pytest.mark.parametrize("task", TASKS)
def test_a_changed_reward_runs_no_perception_again(project, task: str) -> None:
    text = (project / "specs" / "skills" / f"{task}.yaml").read_text(encoding="utf-8")
    changed = text.replace("action_l2: {weight: -0.01}", "action_l2: {weight: -0.02}")
    assert changed != text
    before, after = (require_checked(t.encode(), f"{task}.yaml")[0] for t in (text, changed))
    found = rerun(before, after, ordered(stages()))
    assert set(found.changed) == {"environment"}
    assert set(PERCEPTION) <= set(found.kept) and "reference" in found.kept
