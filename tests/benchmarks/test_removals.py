"""The list of removals follows the code: every edit can be made, and every test it names exists."""

import ast
from pathlib import Path

import pytest

from skillc.benchmarks.removals import Removal, edited, removals


@pytest.mark.parametrize("removal", removals(), ids=lambda r: r.check)
def test_every_edit_can_be_made_and_leaves_a_file_that_can_be_read(removal: Removal, project: Path) -> None:
    text = edited(removal, project)
    if removal.file.endswith(".py"):
        ast.parse(text)


@pytest.mark.parametrize("test", sorted({r.test for r in removals()}))
def test_every_named_test_exists(test: str, project: Path) -> None:
    file, _, name = test.partition("::")
    assert not name or f"def {name}(" in (project / file).read_text(encoding="utf-8")


def test_a_text_that_is_not_there_once_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n", encoding="utf-8")
    for was in ("x = 1", "y"):
        with pytest.raises(ValueError, match="expected once"):
            edited(Removal(check="c", file="a.py", was=was, now="", test="t"), tmp_path)
