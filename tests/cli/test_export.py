"""The state machine of a build, for other tools."""

from pathlib import Path

import pytest

from skillc.compiler.cli.main import PANELS
from skillc.runtime.cli.main import dispatch
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.machine.behavior_tree import behavior_tree
from skillc.runtime.machine.diagram import mermaid
from tests.bundle.edited_build import copied, with_field


def skillc(*arguments: str | Path) -> int:
    return dispatch([str(a) for a in arguments], PANELS, "skillc")


def test_a_machine_is_exported_as_a_tree_and_as_a_diagram(
    small_build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Skill.load(small_build).machine
    assert skillc("export", small_build) == 0
    assert capsys.readouterr().out == behavior_tree(machine)
    assert skillc("export", small_build, "--as", "mermaid", "--out", tmp_path / "machine.mmd") == 0
    assert (tmp_path / "machine.mmd").read_text() == mermaid(machine) and not capsys.readouterr().out


def test_what_was_edited_is_not_exported_unless_asked_for(
    small_build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build = copied(small_build, tmp_path)
    with_field(build, "machine/machine.json", ("states", 0, "timeout_s"), 9.0)
    assert skillc("export", build) == 2 and "SK762" in capsys.readouterr().err
    assert skillc("export", build, "--unlocked") == 0
