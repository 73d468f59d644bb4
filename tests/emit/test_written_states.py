from pathlib import Path

import pytest

from skillc.compiler.check.check import require_checked
from skillc.compiler.emit.answers import MachineSpecError
from skillc.compiler.emit.machine import MachineSettings, MachineTask, compile_machine
from skillc.compiler.emit.written_states import as_guard
from skillc.compiler.validate.condition import parse_condition
from skillc.runtime.formats.machine import AnyOf, Machine, Negated, SignalComparison
from skillc.runtime.formats.machine_proof import problems

SETTINGS = MachineSettings(
    observe_timeout_s=5.0,
    adjust_timeout_s=30.0,
    timeout_factor=2.0,
    timeout_margin_s=1.0,
    hold_timeout_s=10.0,
    resume_dwell_s=0.5,
    longest_run_s=1800.0,
    still_speed=0.05,
    start_error=0.05,
    max_entries=4,
)
TASK = MachineTask(success={}, lifts=False, adjusts=False, corrects=False)
DURATIONS = {"approach": 2.0, "close": 0.5, "track": 3.0, "release": 0.5, "retreat": 1.0}


def compiled(project: Path, **changes: str) -> Machine:
    text = (project / "tests" / "specs" / "valid" / "machine.yaml").read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    spec, _ = require_checked(text.encode(), "machine.yaml")
    states = spec.section("deploy.states")
    answers = spec.section("deploy.on_fault")
    return compile_machine(
        skill="x",
        durations_s=DURATIONS,  # type: ignore[arg-type]
        settings=SETTINGS,
        task=TASK,
        on_fault=answers,
        origins=dict.fromkeys((*states, *answers, "machine"), "machine.yaml:1:1"),
        written=states,
        start=spec.section("deploy").get("start", ""),
    )


def test_written_states_become_a_sound_machine(project: Path) -> None:
    machine = compiled(project)
    assert problems(machine) == ()
    names = [state.name for state in machine.states]
    assert names == ["observe", "approach", "contact", "track", "retreat", "hold", "stop", "failed", "done"]
    assert machine.initial == "observe"


def test_waits_bounds_and_dwell_are_the_written_ones(project: Path) -> None:
    machine = compiled(project)
    observe, contact = machine.state("observe"), machine.state("contact")
    assert (observe.timeout_s, observe.max_entries, contact.max_entries) == (5.0, 3, 4)
    assert contact.transitions[0].dwell_s == 0.2
    assert contact.phases == ("close",)


def test_ends_take_the_machines_names(project: Path) -> None:
    machine = compiled(project, done="finished", failed="gave_up")
    assert machine.state("retreat").transitions[0].target == "done"
    assert machine.state("retreat").on_timeout == "failed"


def test_a_goto_leads_to_a_written_state(project: Path) -> None:
    answer = compiled(project).state("track").on_fault["object_lost"]
    assert (answer.kind, answer.target) == ("goto", "observe")


def test_a_state_whose_phases_the_reference_lacks_is_refused(project: Path) -> None:
    durations = {name: s for name, s in DURATIONS.items() if name != "close"}
    text = (project / "tests" / "specs" / "valid" / "machine.yaml").read_bytes()
    spec, _ = require_checked(text, "machine.yaml")
    states = spec.section("deploy.states")
    with pytest.raises(MachineSpecError, match="contact"):
        compile_machine(
            skill="x",
            durations_s=durations,  # type: ignore[arg-type]
            settings=SETTINGS,
            task=TASK,
            on_fault={"else": "hold"},
            origins=dict.fromkeys((*states, "else", "machine"), ""),
            written=states,
        )


def test_a_condition_keeps_its_meaning_as_a_guard() -> None:
    signals = {"scene_ready": "flag", "object_age": "time", "object_error": "length"}
    guard = as_guard(parse_condition("not (object_age < 1 s or object_error < 5 cm)", signals))
    age = SignalComparison(signal="object_age", op="<", value=1.0)
    assert guard == Negated(not_=AnyOf(any=(age, SignalComparison(signal="object_error", op="<", value=0.05))))
