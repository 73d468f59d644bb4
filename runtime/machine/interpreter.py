"""Walk through a compiled machine: guards with dwell times, timeouts, entry counts and fault responses.

The interpreter decides in which state the robot is; it commands nothing. It never leaves `stop`, `done` or `failed`.
It remembers nothing itself: where a run is stands in a `Walk`, and one tick makes a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.machine import FINAL_KINDS, RESUME, Machine, Response, State
from skillc.runtime.formats.machine_proof import problems
from skillc.runtime.machine.evolve import replace
from skillc.runtime.machine.guard import holds

Demand = Literal["hold", "stop"]
"""The weakest response that whoever found a fault allows."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One change of state and why."""

    tick: int
    source: str
    target: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Walk:
    """The present state, its clock and the counters that bound every repetition."""

    state: str
    ticks: int
    """Since the state was entered."""
    resume_to: str
    """The state that a hold interrupted."""
    entries: Mapping[str, int]
    """State -> how often it was entered."""
    retries: Mapping[str, int]
    """`state: fault` -> retries used up."""
    faults: Mapping[str, int]
    """Fault class present -> ticks in a row that it has been."""
    dwell: tuple[int, ...]
    """Per transition of the state: ticks in a row that its guard has held."""


class MachineError(ValueError):
    """The machine is not sound; the message lists every problem."""


class Interpreter:
    """The rules of one machine; immutable."""

    def __init__(self, machine: Machine, dt: float) -> None:
        """Take a machine; `dt` is the control period in seconds.

        Raises:
            MachineError: the machine has unreachable states, unbounded waits or missing responses.
        """
        found = problems(machine)
        if found:
            raise MachineError("; ".join(found))
        self._initial, self._dt = machine.initial, dt
        self._states = {s.name: s for s in machine.states}

    def start(self) -> tuple[Walk, Event]:
        """Enter the initial state."""
        nowhere = Walk(state=self._initial, ticks=0, resume_to="", entries={}, retries={}, faults={}, dwell=())
        return self._enter(replace(nowhere, resume_to=self._initial), self._initial, 0, "start")

    def state(self, walk: Walk) -> State:
        """Return the state that a walk is in."""
        return self._states[walk.state]

    def finished(self, walk: Walk) -> bool:
        """True in stop, done and failed."""
        return self._states[walk.state].kind in FINAL_KINDS

    def time_in_state(self, walk: Walk) -> float:
        """Seconds since the state was entered."""
        return walk.ticks * self._dt

    def advance(
        self, walk: Walk, signals: Mapping[str, float], faults: Mapping[str, Demand], tick: int
    ) -> tuple[Walk, Event | None]:
        """Return the walk one tick on, and the change of state if there was one.

        Args:
            walk: where the run is.
            signals: value of every signal of `machine.SIGNALS`.
            faults: class of each fault present at this tick, worst first -> what whoever found it demands at least.
                The machine may answer more strongly, never more weakly.
            tick: control tick, for the record.
        """
        state = self._states[walk.state]
        if state.kind in FINAL_KINDS:
            return walk, None
        now = {fault: walk.faults.get(fault, 0) + 1 for fault in faults}
        target, reason, retries = self._after_fault(state, faults, now, walk.retries)
        dwell = walk.dwell
        if not target:
            dwell = tuple(
                held + 1 if holds(way.guard, signals) else 0 for held, way in zip(walk.dwell, state.transitions)
            )
            target, reason = self._after_guard(state, dwell)
        time_s = (walk.ticks + 1) * self._dt
        if not target and time_s >= state.timeout_s:
            target, reason = state.on_timeout, f"{state.timeout_s:g} s are over"
        if target == RESUME:
            target = walk.resume_to
        moved = replace(walk, ticks=walk.ticks + 1, faults=now, retries=retries, dwell=dwell)
        if not target or target == state.name:
            return moved, None
        return self._enter(moved, target, tick, reason)

    def stop(self, walk: Walk, tick: int, reason: str) -> tuple[Walk, Event]:
        """Return the walk in `stop`, whatever the machine says."""
        return self._enter(walk, "stop", tick, reason)

    def _after_fault(
        self, state: State, faults: Mapping[str, Demand], ticks: Mapping[str, int], retries: Mapping[str, int]
    ) -> tuple[str, str, Mapping[str, int]]:
        for fault, demand in faults.items():
            # A fault that the machine does not know is none it may go on with.
            response = state.on_fault.get(fault, Response(kind="stop"))
            if demand == "stop" or response.kind == "stop" or self._hold_is_over(ticks[fault], response):
                return "stop", f"fault {fault}", retries
            if response.kind == "hold":
                if state.kind != "hold":
                    return "hold", f"fault {fault}", retries
                continue
            if response.kind == "goto" and response.target == state.name:
                continue
            if response.kind == "retry":
                key = f"{state.name}: {fault}"
                retries = {**retries, key: retries.get(key, 0) + 1}
                if retries[key] > response.attempts:
                    return "stop", f"fault {fault}: {response.attempts} retries are used up", retries
            return response.target, f"fault {fault}: {response.kind} {response.target}", retries
        return "", "", retries

    def _hold_is_over(self, ticks: int, response: Response) -> bool:
        too_long = response.stop_after_s is not None and ticks * self._dt > response.stop_after_s
        return too_long or (response.stop_after_count is not None and ticks >= response.stop_after_count)

    def _after_guard(self, state: State, dwell: tuple[int, ...]) -> tuple[str, str]:
        for held, way in zip(dwell, state.transitions):
            # The first tick at which a guard is true counts as zero time.
            if held and (held - 1) * self._dt >= way.dwell_s - 1e-9:
                return way.target, way.text
        return "", ""

    def _enter(self, walk: Walk, name: str, tick: int, reason: str) -> tuple[Walk, Event]:
        entries = {**walk.entries, name: walk.entries.get(name, 0) + 1}
        state = self._states[name]
        if state.kind not in FINAL_KINDS and entries[name] > state.max_entries:
            reason, name = f"fault guard: {name} entered more than {state.max_entries} times", "stop"
            state = self._states[name]
        event = Event(tick=tick, source=walk.state, target=name, reason=reason)
        resume_to = walk.state if state.kind == "hold" else walk.resume_to
        return replace(
            walk, state=name, ticks=0, resume_to=resume_to, entries=entries, dwell=(0,) * len(state.transitions)
        ), event
