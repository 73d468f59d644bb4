"""The part of docs/faults.md about a running skill: which test shows each row, and which no driver raises yet."""

from collections.abc import Mapping
from pathlib import Path

from skillc.runtime.formats.faults import FAULT_CLASSES, FAULT_ROWS, NO_DRIVER

BEGINS, ENDS = "<!-- from runtime/formats/faults.py -->", "<!-- to here -->"
INJECTED = "tests/machine/test_fault_injection.py::test_a_fault_in_a_running_skill_ends_in_success_or_stop"


TESTS: Mapping[str, str] = {
    "R20": "tests/machine/test_execute.py::test_what_is_sent_is_what_the_filter_let_through",
    "R23": "tests/safety/test_collision.py::test_no_speed_brings_any_link_nearer_than_its_halt",
    "R24": "tests/safety/test_collision.py::test_a_stretched_arm_is_not_entered_and_can_be_left",
    "R25": "tests/machine/test_execute.py::test_a_robot_away_from_the_start_is_not_begun",
    "R29": "tests/machine/test_log_file.py::test_after_kill_9_all_but_the_last_second_is_readable",
    "R33": "tests/machine/test_core.py::test_a_wall_clock_that_jumps_changes_nothing",
    "R35": "tests/machine/test_log_file.py::test_a_full_disk_changes_no_command_and_the_loss_is_counted",
    "R36": "tests/machine/test_interpreter.py::test_oscillation_between_states_ends_in_stop",
    "R40": "tests/machine/test_planned.py::test_what_cannot_be_done_is_said_and_held_and_nothing_moves",
    "R38": "tests/bundle/test_folder.py",
}
"""Row -> the test that shows it, where it is not one of those put into a running skill."""


def runtime_section() -> str:
    """Return the section, between its two marks."""
    floors = {f.name: f.floor for f in FAULT_CLASSES}
    lines = ["| row | fault | class | at least | found by | test |", "|---|---|---|---|---|---|"]
    for row in FAULT_ROWS:
        test, floor = f"`{TESTS.get(row.code, INJECTED)}`", floors.get(row.fault, "-")
        lines.append(f"| {row.code} | {row.what} | {row.fault or '-'} | {floor} | {row.found_by} | {test} |")
    lines += [
        "",
        f"These are watched for, but no driver raises them yet, only the ports of tests: {', '.join(NO_DRIVER)}.",
    ]
    return "\n".join((BEGINS, "", *lines, "", ENDS))


def faults_page(page: Path) -> str:
    """Return docs/faults.md with the section as it is now."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGINS)
    return before + runtime_section() + rest.split(ENDS)[1]
