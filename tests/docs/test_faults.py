"""The list of faults names tests that exist."""

import re
from pathlib import Path


def test_every_test_of_the_fault_list_exists(project: Path) -> None:
    named = re.findall(
        r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (project / "docs" / "faults.md").read_text(encoding="utf-8")
    )
    assert len(named) > 40
    for file, test in named:
        text = (project / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, f"{file} has no {test}"
