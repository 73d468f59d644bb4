"""What `explain` says of faults is what the machine is compiled to."""

import pytest

from skillc.compiler.cli.main import PANELS
from skillc.compiler.emit.answers import responses
from skillc.compiler.emit.machine import MachineSettings, MachineTask, compile_machine
from skillc.compiler.explain.responses import as_text, compiled
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.runtime.cli.main import dispatch
from skillc.runtime.formats.faults import FAULT_NAMES

SETTINGS = MachineSettings(
    observe_timeout_s=5.0, adjust_timeout_s=30.0, timeout_factor=2.0, timeout_margin_s=1.0, hold_timeout_s=10.0,
    resume_dwell_s=0.5, longest_run_s=1800.0, still_speed=0.01, start_error=0.05, max_entries=3,
)  # fmt: skip
TASK = MachineTask(success={}, lifts=False, adjusts=False, corrects=False)
DURATIONS = {"approach": 1.0, "close": 1.0, "track": 1.0, "release": 1.0}


@pytest.fixture
def apple(project) -> ResolvedSpec:
    file = project / "specs" / "skills" / "apple.yaml"
    return require_spec(file.read_bytes(), "apple.yaml")[0]


@pytest.mark.parametrize(
    "answers",
    [{"else": "hold"}, {"else": "stop"}, {"object_lost": "retry 2", "else": "hold"}, {"camera_stale": "goto approach"}],
)
def test_the_responses_told_are_those_of_the_compiled_machine(answers: dict[str, str]) -> None:
    machine = compile_machine(
        skill="a", durations_s=DURATIONS, settings=SETTINGS, task=TASK, on_fault=answers,
        origins=dict.fromkeys((*answers, "machine"), ""),
    )  # type: ignore[arg-type]  # fmt: skip
    told = responses(answers)
    for state in machine.states:
        for fault, response in state.on_fault.items():
            assert told[fault][state.name] == response


def test_every_fault_is_told_with_the_line_that_decides_it(apple) -> None:
    lines = as_text(apple, "deploy.on_fault").splitlines()
    assert len(lines) == 1 + len(FAULT_NAMES)
    told = {line.split(":")[0].strip(): line for line in lines[1:]}
    assert "retry from back_off, 2 times at most in approach; goto back_off in back_off" in told["object_lost"]
    assert told["object_lost"].endswith("[apple.yaml:48:27]")
    assert told["tracker"].endswith("hold  [else, apple.yaml:48:42]")
    assert "contact_force: stop  [always: a contact force" in told["contact_force"]


def test_one_answer_tells_the_faults_it_is_about(apple) -> None:
    assert set(compiled(apple, "deploy.on_fault.object_lost")) == {"object_lost"}
    assert set(compiled(apple, "deploy.on_fault.else")) == set(FAULT_NAMES) - {"object_lost"}
    assert compiled(apple, "deploy.limits") == {} and as_text(apple, "deploy.limits") == ""


def test_explain_prints_them(project, capsys) -> None:
    spec = str(project / "specs" / "skills" / "apple.yaml")
    assert dispatch(["explain", spec, "deploy.on_fault"], PANELS, "skillc") == 0
    assert "policy_dead: stop  [always" in capsys.readouterr().out
    assert dispatch(["explain", spec, "deploy.on_fault", "--json"], PANELS, "skillc") == 0
    assert '"compiled"' in capsys.readouterr().out
