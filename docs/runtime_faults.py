"""The part of docs/faults.md about a running skill: which test shows each row, and which no driver raises yet."""

from collections.abc import Mapping
from pathlib import Path

from skillc.compiler.emit.answers import responses
from skillc.runtime.formats.faults import FAULT_CLASSES, FAULT_ROWS, SEEN
from skillc.runtime.formats.machine import Response

BEGINS, ENDS = "<!-- from runtime/formats/faults.py -->", "<!-- to here -->"
ANSWERED = (
    "tests/machine/test_fault_injection.py::test_every_state_answers_every_fault_and_never_more_weakly_than_its_class"
)
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
    lines += ["", *_by_state()]
    lines += [
        "",
        f"{', '.join(SEEN)} come of pictures: a run that sees its objects in rendered and recorded depth meets each in",
        "`tests/machine/test_seeing_robot.py`, whose cameras repeat, drop, empty, mistime or move what they show. No",
        "camera of a real robot is read during a run yet.",
    ]
    return "\n".join((BEGINS, "", *lines, "", ENDS))


def _by_state() -> list[str]:
    """Return the table of what each state does about each class of faults."""
    found = responses({"object_lost": "retry 2", "infeasible": "retry 2", "else": "hold"})
    states = list(next(iter(found.values())))
    lines = [
        "What each state does about each class, of a spec that answers",
        f"`{{object_lost: retry 2, infeasible: retry 2, else: hold}}`; shown for every cell by `{ANSWERED}`.",
        "",
        f"| class | {' | '.join(states)} |",
        f"|---|{'---|' * len(states)}",
    ]
    for fault, answers in found.items():
        lines.append(f"| {fault} | {' | '.join(_told(answers[state]) for state in states)} |")
    return lines


def _told(answer: Response) -> str:
    if answer.kind in ("retry", "goto"):
        return f"{answer.kind} {answer.target}"
    limits = [f"{answer.stop_after_s:g} s" if answer.stop_after_s else ""]
    limits.append(f"{answer.stop_after_count} times" if answer.stop_after_count else "")
    most = ", ".join(limit for limit in limits if limit)
    return f"hold, stop after {most}" if most else answer.kind


def faults_page(page: Path) -> str:
    """Return docs/faults.md with the section as it is now."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGINS)
    return before + runtime_section() + rest.split(ENDS)[1]
