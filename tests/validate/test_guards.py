import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed

MACHINE = """\
deploy:
  on_fault: {object_lost: hold, else: hold}
  start: observe
  states:
    observe: {do: observe, next: [{when: scene_ready, for: 1 s, to: track}], timeout: 5 s, on_timeout: failed}
    track: {do: track, next: [{when: phase_remaining <= 0 s, to: done}], timeout: 30 s, on_timeout: failed}
    done: {end: success}
    failed: {end: failure}
"""


def found(old: str = "", new: str = "", *, text: str = MACHINE) -> list[tuple[str, int]]:
    assert old in text
    spec = completed(text.replace(old, new))
    first = spec[: spec.index("deploy:")].count("\n")
    checked = check_tree(load_bytes(spec.encode(), "spec.yaml"), ())
    return [(d.code, d.spans[0].line - first) for d in checked.diagnostics if d.severity == "error"]


def test_a_sound_machine_is_left_alone() -> None:
    assert found() == []


@pytest.mark.parametrize("guard", ["phase_remaining < 0 s", "hand_force > 5 kN", "scene_ready and not scene_ready"])
def test_a_guard_that_never_holds_is_told_at_its_line(guard: str) -> None:
    assert found("phase_remaining <= 0 s", guard) == [("SK714", 6)]


def test_a_reward_that_never_counts_is_told_too() -> None:
    assert found(
        "deploy:", "rewards: {flow_tracking: {weight: 1.0, scale: 5 cm, when: object_tilt > 200 deg}}\ndeploy:"
    )[0] == ("SK714", 0)


def test_a_guard_that_always_holds_hides_those_after_it() -> None:
    after = "next: [{when: object_age >= 0 s, to: done}, {when: fault_active, to: failed}]"
    assert found("next: [{when: phase_remaining <= 0 s, to: done}]", after) == [("SK715", 6)]
    last = "next: [{when: fault_active, to: failed}, {when: object_age >= 0 s, to: done}]"
    assert found("next: [{when: phase_remaining <= 0 s, to: done}]", last) == []


def test_what_takes_longer_than_the_state_lasts_is_told() -> None:
    assert found("for: 1 s", "for: 5 s") == [("SK716", 5)]
    assert found("scene_ready, for: 1 s", "time_in_state > 6 s") == [("SK716", 5)]


def test_nothing_but_the_motion_is_a_success() -> None:
    assert found("timeout: 30 s, on_timeout: failed", "timeout: 30 s, on_timeout: done") == [("SK717", 6)]
    assert found("object_lost: hold", "object_lost: goto done") == [("SK717", 2)]
    assert found("start: observe", "start: done") == [("SK717", 3)]
    short = "next: [{when: scene_ready, to: track}, {when: fault_active, to: done}]"
    assert found("next: [{when: scene_ready, for: 1 s, to: track}]", short) == [("SK717", 5)]


def test_a_fault_does_not_end_the_machine_of_a_task_in_success_either() -> None:
    assert found(text="deploy: {on_fault: {object_lost: goto done, else: hold}}\n") == [("SK717", 1)]


def test_the_states_of_every_machine_cannot_be_written_anew() -> None:
    text = MACHINE.replace("timeout: 5 s, on_timeout: failed", "timeout: 5 s, on_timeout: hold")
    text = text.replace("    done:", "    hold: {do: observe, timeout: 5 s, on_timeout: failed}\n    done:")
    assert found(text=text) == [("SK718", 7)]
