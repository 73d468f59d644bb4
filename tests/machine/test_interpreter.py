"""The interpreter follows guards, bounds every wait and repetition, and answers every fault."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillc.runtime.formats.faults import FAULT_NAMES
from skillc.runtime.formats.machine import FINAL_KINDS, RESUME, Machine, Response, SignalComparison, State, Transition
from skillc.runtime.machine.guard import holds
from skillc.runtime.machine.interpreter import Demand, Interpreter, MachineError
from tests.machine.kinematic import controls

DT = 0.1


def edge(signal: str, op: str, value: float, target: str, dwell: float = 0.0) -> Transition:
    guard = SignalComparison(signal=signal, op=op, value=value)  # type: ignore[arg-type]
    return Transition(guard=guard, text=f"{signal} {op} {value}", target=target, dwell_s=dwell, origin="test:1:1")


def state(
    name: str, kind: str, *edges: Transition, timeout: float = 5.0, late: str = "failed", **changes: object
) -> State:
    final = kind in FINAL_KINDS
    hold, stop = Response(kind="hold"), Response(kind="stop")
    faults = {f: (stop if f in ("contact_force", "interrupt") else hold) for f in FAULT_NAMES}
    plain = State(
        name=name,
        kind=kind,  # type: ignore[arg-type]
        controller=controls(name, kind),  # type: ignore[arg-type]
        phases=("approach",) if kind == "motion" else (),
        transitions=edges,
        timeout_s=0.0 if final else timeout,
        on_timeout="" if final else late,
        max_entries=4,
        on_fault={} if final else faults,
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def machine(**changes: State) -> Machine:
    states = {
        "look": state("look", "observe", edge("scene_ready", ">=", 1, "move")),
        "move": state("move", "motion", edge("phase_remaining", "<=", 0, "done", dwell=0.3)),
        "hold": state("hold", "hold", edge("fault_active", "<", 1, RESUME, dwell=0.2), timeout=2.0, late="stop"),
        "stop": state("stop", "stop"),
        "done": state("done", "done"),
        "failed": state("failed", "failed"),
    } | changes
    return Machine(skill="test", initial="look", states=tuple(states.values()))


class Run:
    """An interpreter and where its run is."""

    def __init__(self, machine: Machine, dt: float) -> None:
        self.interpreter = Interpreter(machine, dt)
        self.walk, entered = self.interpreter.start()
        self.events = [entered]

    @property
    def state(self) -> State:
        return self.interpreter.state(self.walk)

    @property
    def finished(self) -> bool:
        return self.interpreter.finished(self.walk)

    def step(self, signals: dict[str, float], faults: dict[str, Demand], tick: int) -> State:
        self.walk, event = self.interpreter.advance(self.walk, signals, faults, tick)
        self.events += [] if event is None else [event]
        return self.state


CALM = {"scene_ready": 1.0, "phase_remaining": 1.0, "fault_active": 0.0}


def test_guards_lead_through_the_states_and_dwell_times_are_kept() -> None:
    run = Run(machine(), DT)
    assert run.step(CALM, {}, 0).name == "move"
    arrived = CALM | {"phase_remaining": 0.0}
    names = [run.step(arrived, {}, k).name for k in range(1, 6)]
    assert names == ["move", "move", "move", "done", "done"]
    assert [e.target for e in run.events] == ["look", "move", "done"]


def test_a_guard_that_flickers_never_completes_its_dwell() -> None:
    run = Run(machine(), DT)
    run.step(CALM, {}, 0)
    for k in range(20):
        assert run.step(CALM | {"phase_remaining": float(k % 3 == 0)}, {}, k).name == "move"


def test_unknown_and_nan_signals_are_false_and_the_wait_is_bounded() -> None:
    assert not holds(SignalComparison(signal="hand_force", op="<", value=1.0), {})
    assert not holds(SignalComparison(signal="hand_force", op="<", value=1.0), {"hand_force": float("nan")})
    run = Run(machine(), DT)
    names = [run.step({}, {}, k).name for k in range(60)]
    assert names[48] == "look" and names[-1] == "failed"


def test_a_fault_holds_and_the_interrupted_state_resumes_when_it_is_gone() -> None:
    run = Run(machine(), DT)
    run.step(CALM, {}, 0)
    assert run.step(CALM, {"object_lost": "hold"}, 1).name == "hold"
    assert run.step(CALM | {"fault_active": 1.0}, {"object_lost": "hold"}, 2).name == "hold"
    assert [run.step(CALM, {}, k).name for k in range(3, 7)][-1] == "move"


def test_a_hold_that_lasts_too_long_stops_and_nothing_leaves_stop() -> None:
    run = Run(machine(), DT)
    for k in range(40):
        last = run.step(CALM | {"fault_active": 1.0}, {"camera_stale": "hold"}, k)
    assert last.name == "stop"
    assert run.step(CALM, {}, 99).name == "stop"


@pytest.mark.parametrize("end", sorted(FINAL_KINDS))
def test_nothing_leaves_a_final_state(end: str) -> None:
    run = Run(machine(), DT)
    run.walk = dataclasses.replace(run.walk, state=end, dwell=())
    for tick, faults in enumerate(({}, {"contact_force": "stop"}, {"object_lost": "hold"}, {"a_new_kind": "hold"})):
        walk, event = run.interpreter.advance(run.walk, CALM, faults, tick)  # type: ignore[arg-type]
        assert walk.state == end and event is None


def test_a_stop_class_stops_at_once_and_the_event_names_it() -> None:
    run = Run(machine(), DT)
    assert run.step(CALM, {"contact_force": "hold"}, 7).name == "stop"
    assert run.events[-1].reason == "fault contact_force" and run.events[-1].tick == 7


def test_who_finds_a_fault_may_demand_more_than_the_machine_answers() -> None:
    run = Run(machine(), DT)
    run.step(CALM, {}, 0)
    assert run.state.on_fault["policy_output"].kind == "hold"
    assert run.step(CALM, {"policy_output": "stop"}, 1).name == "stop"


def test_a_fault_that_the_machine_does_not_know_stops() -> None:
    run = Run(machine(), DT)
    run.step(CALM, {}, 0)
    assert run.step(CALM, {"a_new_kind": "hold"}, 1).name == "stop"


def test_retries_are_bounded() -> None:
    faults = dict(state("move", "motion").on_fault) | {"object_lost": Response(kind="retry", attempts=2, target="look")}
    moving = state("move", "motion", edge("phase_remaining", "<=", 0, "done"), on_fault=faults)
    run = Run(machine(move=moving), DT)
    names = []
    for k in range(12):
        names.append(run.step(CALM, {"object_lost": "hold"} if run.state.name == "move" else {}, k).name)
    assert names[-1] == "stop" and names.count("look") == 2


def test_oscillation_between_states_ends_in_stop() -> None:
    back = state("move", "motion", edge("phase_remaining", ">", 0, "look"), edge("hand_force", ">", 1, "done"))
    run = Run(machine(move=back), DT)
    for k in range(20):
        run.step(CALM, {}, k)
    assert run.state.name == "stop" and "entered more than" in run.events[-1].reason


def test_a_machine_without_a_response_for_some_class_is_refused() -> None:
    gap = state("move", "motion", edge("phase_remaining", "<=", 0, "done"), on_fault={})
    with pytest.raises(MachineError, match="no response for"):
        Interpreter(machine(move=gap), DT)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=True), st.floats(allow_nan=True), st.lists(st.sampled_from(FAULT_NAMES), max_size=3)
        ),
        min_size=120,
        max_size=160,
    )
)
def test_whatever_happens_the_machine_ends_within_its_bounds(ticks: list[tuple[float, float, list[str]]]) -> None:
    run = Run(machine(), DT)
    longest = sum(s.timeout_s * s.max_entries for s in machine().states)
    for k in range(round(longest / DT) + 10):
        ready, remaining, faults = ticks[k % len(ticks)]
        signals = {"scene_ready": ready, "phase_remaining": remaining, "fault_active": float(bool(faults))}
        run.step(signals, dict.fromkeys(faults, "hold"), k)
    assert run.finished
