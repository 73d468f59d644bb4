"""What a reviewer sees of the state machine that a spec gets."""

from pathlib import Path

import pytest

from skillc.compiler.diff.report import Difference, as_markdown
from skillc.compiler.diff.sketch import redrawn, sketched
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec


def spec(project: Path, name: str, *edit: str) -> ResolvedSpec:
    text = (project / "specs" / "skills" / f"{name}.yaml").read_text(encoding="utf-8")
    assert not edit or edit[0] in text
    return require_spec(text.replace(*edit).encode() if edit else text.encode(), f"{name}.yaml")[0]


@pytest.mark.parametrize("name", ["apple", "tray", "spice"])
def test_a_spec_has_a_machine_before_it_is_built(project: Path, name: str) -> None:
    made = sketched(spec(project, name))
    assert made is not None
    names = [state.name for state in made.states]
    assert names[:4] == ["observe", "distill", "adjust", "approach"]
    assert ("retreat" in names) == (name != "spice"), "what pours holds on to the end"
    assert ("hand_force" in made.state("contact").transitions[0].text) == (name != "tray")


def test_a_machine_is_drawn_where_it_changed(project: Path) -> None:
    before = spec(project, "apple")
    after = spec(project, "apple", "object_lost: retry 2", "object_lost: retry 3")
    assert redrawn(before, before) == ""
    drawn = redrawn(before, after)
    assert "approach --> back_off: object_lost (3 times)" in drawn and "after" not in drawn
    told = as_markdown([Difference(before="a", after="b", changes=(), rerun=None, machine=drawn, files=("x",))])
    assert f"```mermaid\n{drawn.rstrip()}\n```" in told


def test_a_spec_whose_machine_cannot_be_compiled_is_not_drawn(project: Path) -> None:
    own = "method: {extends: video2sim2real, stages: {machine: {longest_run: 1 s}}}"
    assert sketched(spec(project, "apple", "method: video2sim2real", own)) is None
