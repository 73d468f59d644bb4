import json
from dataclasses import replace
from pathlib import Path

import pytest

from skillc.compiler.emit.answers import MachineSpecError
from skillc.compiler.emit.machine import MachineSettings, MachineTask, compile_machine
from skillc.runtime.formats.faults import FAULT_CLASSES, FAULT_NAMES
from skillc.runtime.formats.machine import SIGNALS, Machine
from skillc.runtime.formats.machine_proof import longest_s, problems

SETTINGS = MachineSettings(
    observe_timeout_s=10, adjust_timeout_s=30, timeout_factor=2, timeout_margin_s=2, hold_timeout_s=10,
    resume_dwell_s=0.5, longest_run_s=1800.0, still_speed=0.05, start_error=0.05, max_entries=5,
)  # fmt: skip
TASK = MachineTask(success={}, lifts=False, adjusts=False, corrects=False)
GRASP = {"approach": 3.0, "pregrasp": 0.5, "close": 1.0, "track": 3.0, "release": 0.5, "retreat": 1.0}


def machine(durations=None, on_fault=None) -> Machine:
    return compile_machine(
        skill="test", durations_s=durations or GRASP, settings=SETTINGS, task=TASK,
        on_fault=on_fault if on_fault is not None else {"else": "hold"}, origins={"machine": "m:1:1", "else": "s:2:2"},
    )  # fmt: skip


def test_a_grasp_goes_through_all_states_of_the_story() -> None:
    made = machine()
    assert [s.name for s in made.states] == [
        "observe", "approach", "contact", "track", "retreat", "hold", "stop", "failed", "done"
    ]  # fmt: skip
    assert problems(made) == ()
    assert made.state("approach").phases == ("approach", "pregrasp")
    assert made.state("approach").timeout_s == 2 * 3.5 + 2


def test_a_skill_without_release_ends_after_tracking() -> None:
    pour = machine({p: GRASP[p] for p in ("approach", "pregrasp", "close", "track")})
    assert pour.state("track").transitions[0].target == "done"
    assert "retreat" not in [s.name for s in pour.states] and problems(pour) == ()


def test_every_state_that_can_be_left_answers_every_fault() -> None:
    for state in machine().states:
        if state.kind not in ("stop", "done", "failed"):
            assert set(state.on_fault) == set(FAULT_NAMES)


@pytest.mark.parametrize("fault", FAULT_CLASSES, ids=lambda f: f.name)
def test_a_floor_of_stop_cannot_be_softened(fault) -> None:
    kind = machine(on_fault={"else": "hold"}).state("track").on_fault[fault.name].kind
    assert kind == fault.floor
    if fault.floor == "stop":
        with pytest.raises(MachineSpecError, match=fault.name):
            machine(on_fault={fault.name: "hold", "else": "hold"})
    assert machine(on_fault={fault.name: "stop", "else": "hold"}).state("track").on_fault[fault.name].kind == "stop"


def test_a_retry_is_bounded_and_only_before_contact() -> None:
    made = machine(on_fault={"object_lost": "retry 2", "else": "hold"})
    answer = made.state("approach").on_fault["object_lost"]
    assert (answer.kind, answer.attempts, answer.target) == ("retry", 2, "back_off")
    assert made.state("track").on_fault["object_lost"].kind == "hold"


@pytest.mark.parametrize("text", ["", "wait", "retry", "retry -1", "retry 99", "retry two", "goto nowhere", "hold 3"])
def test_an_answer_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(MachineSpecError):
        machine(on_fault={"object_lost": text, "else": "hold"})


def test_an_unknown_fault_class_is_refused() -> None:
    with pytest.raises(MachineSpecError, match="object_gone"):
        machine(on_fault={"object_gone": "hold", "else": "hold"})


def test_a_machine_survives_its_file(tmp_path: Path) -> None:
    made = machine(on_fault={"object_lost": "retry 2", "else": "hold"})
    made.save(tmp_path / "machine.json")
    assert Machine.load(tmp_path / "machine.json") == made


# How a run ends --------------------------------------------------------------------------------------------------
GRASP_SUCCESS = {"rise": {"operator": ">", "value": 0.05}, "final_offset": {"operator": "<", "value": 0.07}}
PUSH_SUCCESS = {"final_offset": {"operator": "<", "value": 0.1}}
HELD_SUCCESS = {"final_offset": {"operator": "<", "value": 0.1}, "holding_force": {"operator": ">", "value": 1.0}}


def judged(success) -> Machine:
    return compile_machine(
        skill="test", durations_s=GRASP, settings=SETTINGS, task=replace(TASK, success=success),
        on_fault={"else": "hold"}, origins={"machine": "m:1:1", "else": "s:2:2"},
    )  # fmt: skip


def test_before_done_it_is_judged_whether_the_object_is_where_it_was_to_be_brought() -> None:
    onwards = judged(GRASP_SUCCESS).state("retreat").transitions
    assert [(t.text, t.target) for t in onwards] == [
        ("phase_remaining <= 0 and object_error <= 0.14", "done"), ("phase_remaining <= 0", "missed"),
    ]  # fmt: skip
    assert onwards[1].dwell_s == 1.0, "what was let go may come to rest"
    assert judged(GRASP_SUCCESS).state("missed").kind == "failed"
    held = judged(HELD_SUCCESS).state("retreat").transitions[0].text
    assert held == "phase_remaining <= 0 and object_error <= 0.2 and hand_force > 0.5"
    assert problems(judged(HELD_SUCCESS)) == ()


def test_what_cannot_be_measured_in_a_run_judges_nothing() -> None:
    made = judged({"poured_share": {"operator": ">", "value": 0.5}})
    assert [t.target for t in made.state("retreat").transitions] == ["done"]
    assert "missed" not in [s.name for s in made.states]


def test_what_is_pushed_may_not_end_turned_and_what_is_poured_from_must_end_tilted() -> None:
    push = judged({"orientation_error": {"operator": "<", "value": 1.0}, **PUSH_SUCCESS})
    assert push.state("retreat").transitions[0].text == (
        "phase_remaining <= 0 and object_error <= 0.2 and object_turn <= 2"
    )
    pour = judged({"tilt": {"operator": ">", "value": 1.5}})
    assert "object_tilt >= 0.75" in pour.state("retreat").transitions[0].text
    upright = judged({"tilt": {"operator": "<", "value": 0.2}})
    assert "object_tilt <= 0.4" in upright.state("retreat").transitions[0].text


# What a task and its policies add ---------------------------------------------------------------------------------
def made_for(**task) -> Machine:
    return compile_machine(
        skill="test", durations_s=GRASP, settings=SETTINGS, task=replace(TASK, **task), on_fault={"else": "hold"},
        origins={"machine": "m:1:1", "else": "s:2:2"},
    )  # fmt: skip


def test_a_motion_that_is_adjusted_is_laid_before_the_robot_moves() -> None:
    made = made_for(adjusts=True)
    assert [s.name for s in made.states][:4] == ["observe", "distill", "adjust", "approach"]
    assert [made.state(n).kind for n in ("distill", "adjust")] == ["distill", "adjust"]
    assert [made.state(n).transitions[0].text for n in ("observe", "distill", "adjust")] == [
        f"{signal} == 1 and start_error <= 0.05" for signal in ("scene_ready", "distilled", "adjusted")
    ]
    assert made.state("adjust").timeout_s == 30 and made.state("adjust").on_fault["infeasible"].kind == "hold"


def test_a_hand_that_closed_on_nothing_backs_off_and_looks_again() -> None:
    made = made_for(lifts=True)
    onwards = made.state("contact").transitions
    assert [(t.text, t.target, t.dwell_s) for t in onwards] == [
        ("phase_remaining <= 0 and not hand_force < 0.1", "track", 0.0),
        ("phase_remaining <= 0 and hand_force < 0.1", "back_off", 0.5),
    ]
    back = made.state("back_off")
    assert (back.controller, back.phases) == ("reverse", ("approach", "pregrasp", "close"))
    assert back.transitions[0].target == "observe" and back.max_entries == SETTINGS.max_entries
    assert "back_off" not in [s.name for s in made_for(lifts=False).states], "only where something leads there"


def test_a_policy_corrects_the_motion_but_not_the_way_back() -> None:
    made = made_for(lifts=True, corrects=True)
    assert {s.controller for s in made.states if s.kind == "motion"} == {"residual", "reverse"}
    assert {s.controller for s in made_for().states if s.kind == "motion"} == {"reference"}


def test_while_going_back_what_is_lost_is_no_reason_to_wait() -> None:
    made = machine(on_fault={"object_lost": "retry 2", "else": "hold"})
    answer = made.state("back_off").on_fault["object_lost"]
    assert (answer.kind, answer.target) == ("goto", "back_off")
    assert made.state("back_off").on_fault["contact_force"].kind == "stop"
    assert made.state("observe").on_fault["object_lost"].kind == "hold"


def test_a_run_that_could_last_too_long_is_refused_by_its_bound() -> None:
    assert longest_s(machine()) == 5 * (10 + 9 + 4 + 8 + 5 + 10)
    with pytest.raises(MachineSpecError, match="may last 230 s, 229 s are allowed") as refused:
        compile_machine(
            skill="test", durations_s=GRASP, settings=replace(SETTINGS, longest_run_s=229.0), task=TASK,
            on_fault={"else": "hold"}, origins={"machine": "m:1:1", "else": "s:2:2"},
        )  # fmt: skip
    assert refused.value.code == "SK740"


@pytest.mark.parametrize(
    ("state", "changes", "said"),
    [
        ("track", {"on_timeout": "track"}, "waits for ever: when its time is up it goes to itself"),
        ("track", {"max_entries": 10**6}, "may be entered without end"),
        ("track", {"transitions": ()}, "can never succeed"),
    ],
)
def test_a_machine_that_never_ends_or_never_succeeds_is_unsound(state: str, changes, said: str) -> None:
    made = machine()
    states = tuple(replace(s, **changes) if s.name == state else s for s in made.states)
    if state == "track" and "transitions" in changes:
        # The states after it are still reached, when its time is up.
        states = tuple(replace(s, on_timeout="retreat") if s.name == "track" else s for s in states)
    assert any(said in problem for problem in problems(replace(made, states=states)))


# What makes a machine unsound ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda m: m["states"][1].update(timeout_s=0), "may wait for ever"),
        (lambda m: m["states"][1].update(on_timeout=""), "no state to go to"),
        (lambda m: m["states"][1].update(on_timeout="nowhere"), "does not exist"),
        (lambda m: m["states"][1].update(max_entries=0), "can never be entered"),
        (lambda m: m["states"][1].update(phases=[]), "no reference phases"),
        (lambda m: m["states"][1].update(controller="still"), "which 'still' does not control"),
        (lambda m: m["states"][0].update(controller="reference"), "which 'reference' does not control"),
        (lambda m: m["states"][1]["on_fault"].pop("timing"), "no response for fault 'timing'"),
        (lambda m: m["states"][1].update(name="observe"), "two states are called"),
        (lambda m: m["states"][0]["transitions"][0].update(target="done"), "can never be reached"),
        (lambda m: m["states"][-1].update(on_timeout="observe"), "is final but has a way out"),
        (lambda m: m["states"][0]["transitions"][0].update(dwell_s=-1), "dwell time"),
        (lambda m: m.update(initial="start"), "there is no state 'start'"),
    ],
)
def test_an_unsound_machine_is_named(tmp_path: Path, damage, said: str) -> None:
    file = tmp_path / "machine.json"
    machine().save(file)
    body = json.loads(file.read_text())
    damage(body)
    file.write_text(json.dumps(body))
    found = problems(Machine.load(file))
    assert any(said in f for f in found), found
    assert all("hand_force" in SIGNALS for _ in found)
