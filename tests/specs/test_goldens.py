"""Every spec below `valid/` checks without a finding; every one below `invalid/` with exactly the text beside it.

`SKILLC_REGENERATE=1 pytest tests/specs/test_goldens.py` writes the expected texts anew; review what changed.
"""

import os
from pathlib import Path

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.diagnostic import Diagnostic, SourceError, in_order
from skillc.compiler.source.load import load
from skillc.compiler.source.render import render

HERE = Path(__file__).parent
REGENERATE = os.environ.get("SKILLC_REGENERATE") == "1"


def findings(file: Path) -> tuple[list[Diagnostic], str]:
    try:
        tree = load(file, shown_as=file.name)
    except SourceError as error:
        return in_order(error.diagnostics), file.read_text(encoding="utf-8", errors="replace")
    # No recording lies here, and its absence is not what these files are about.
    return [d for d in check_tree(tree, ()).diagnostics if d.code != "SK801"], tree.text


@pytest.mark.parametrize("file", sorted((HERE / "valid").glob("*.yaml")), ids=lambda f: f.stem)
def test_a_valid_spec_has_no_finding(file: Path) -> None:
    assert findings(file)[0] == []


@pytest.mark.parametrize("file", sorted((HERE / "invalid").glob("*.yaml")), ids=lambda f: f.stem)
def test_an_invalid_spec_renders_exactly_as_expected(file: Path) -> None:
    found, text = findings(file)
    rendered = render(found, "text", {file.name: text})
    expected = file.with_suffix(".expected")
    if REGENERATE:
        expected.write_text(rendered, encoding="utf-8", newline="\n")
    assert any(d.severity == "error" for d in found)
    assert len([d for d in found if d.severity == "error"]) <= 20
    assert rendered == expected.read_text(encoding="utf-8")
