"""The list of faults names tests that exist."""

import re
from pathlib import Path

from docs.runtime_faults import TESTS, faults_page
from skillc.runtime.formats.faults import FAULT_NAMES, FAULT_ROWS
from tests.machine.injection import INJECTIONS


def test_every_test_of_the_fault_list_exists(project: Path) -> None:
    named = re.findall(
        r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (project / "docs" / "faults.md").read_text(encoding="utf-8")
    )
    assert len(named) > 40
    for file, test in named:
        text = (project / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in text, f"{file} has no {test}"


def test_every_class_of_faults_has_a_row() -> None:
    assert [row.code for row in FAULT_ROWS] == [f"R{k}" for k in range(1, 41)]
    assert {row.fault for row in FAULT_ROWS} - {""} == set(FAULT_NAMES)


def test_every_row_is_injected_into_a_running_skill_or_shown_by_a_test_of_its_own() -> None:
    injected = {word for i in INJECTIONS for word in (i.code, i.name.split(":")[0])}
    for row in FAULT_ROWS:
        assert (row.code in injected) + (row.code in TESTS) == 1, row.code


def test_the_page_has_the_rows_as_they_are(project: Path) -> None:
    page = project / "docs" / "faults.md"
    assert faults_page(page) == page.read_text(encoding="utf-8"), "run `make docs`"
