"""Walk through a compiled machine: guards with dwell times, timeouts, entry counts and fault responses.

The interpreter decides in which state the robot is; it commands nothing. It never leaves `stop`, `done` or `failed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.machine import FINAL_KINDS, RESUME, Machine, Response, State, problems
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


class MachineError(ValueError):
    """The machine is not sound; the message lists every problem."""


class Interpreter:
    """Holds the present state, its clock and the counters that bound every repetition."""

    def __init__(self, machine: Machine, dt: float) -> None:
        """Enter the initial state; `dt` is the control period in seconds.

        Raises:
            MachineError: the machine has unreachable states, unbounded waits or missing responses.
        """
        found = problems(machine)
        if found:
            raise MachineError("; ".join(found))
        self._machine, self._dt = machine, dt
        self._entries: dict[str, int] = {}
        self._attempts: dict[tuple[str, str], int] = {}
        self._fault_ticks: dict[str, int] = {}
        self._fault_counts: dict[str, int] = {}
        self._fault_before: set[str] = set()
        self._resume_to = machine.initial
        self.events: list[Event] = []
        self.state: State = machine.state(machine.initial)
        self._enter(machine.initial, 0, "start")

    @property
    def time_in_state(self) -> float:
        """Seconds since the state was entered."""
        return self._ticks_in_state * self._dt

    @property
    def finished(self) -> bool:
        """True in stop, done and failed."""
        return self.state.kind in FINAL_KINDS

    def step(self, signals: Mapping[str, float], faults: Mapping[str, Demand], tick: int) -> State:
        """Advance one tick and return the state that now holds.

        Args:
            signals: value of every signal of `machine.SIGNALS`; `time_in_state` is filled in here.
            faults: class of each fault present at this tick, worst first -> what whoever found it demands at least.
                The machine may answer more strongly, never more weakly.
            tick: control tick, for the record.
        """
        if self.finished:
            return self.state
        self._ticks_in_state += 1
        self._count_faults(faults)
        target, reason = self._after_fault(faults)
        if not target:
            target, reason = self._after_guard({**signals, "time_in_state": self.time_in_state})
        if not target and self.time_in_state >= self.state.timeout_s:
            target, reason = self.state.on_timeout, f"{self.state.timeout_s:g} s are over"
        if target == RESUME:
            target = self._resume_to
        if target and target != self.state.name:
            self._enter(target, tick, reason)
        return self.state

    def _count_faults(self, faults: Mapping[str, Demand]) -> None:
        for fault in faults:
            self._fault_ticks[fault] = self._fault_ticks.get(fault, 0) + 1
            self._fault_counts[fault] = self._fault_counts.get(fault, 0) + 1
        for fault in self._fault_before - set(faults):
            self._fault_ticks[fault] = self._fault_counts[fault] = 0
        self._fault_before = set(faults)

    def _after_fault(self, faults: Mapping[str, Demand]) -> tuple[str, str]:
        for fault, demand in faults.items():
            # A fault that the machine does not know is none it may go on with.
            response = self.state.on_fault.get(fault, Response(kind="stop"))
            if demand == "stop" or response.kind == "stop" or self._hold_is_over(fault, response):
                return "stop", f"fault {fault}"
            if response.kind == "hold":
                if self.state.kind != "hold":
                    return "hold", f"fault {fault}"
                continue
            if response.kind == "retry":
                key = (self.state.name, fault)
                self._attempts[key] = self._attempts.get(key, 0) + 1
                if self._attempts[key] > response.attempts:
                    return "stop", f"fault {fault}: {response.attempts} retries are used up"
            return response.target, f"fault {fault}: {response.kind} {response.target}"
        return "", ""

    def _hold_is_over(self, fault: str, response: Response) -> bool:
        too_long = response.stop_after_s is not None and self._fault_ticks[fault] * self._dt > response.stop_after_s
        too_many = response.stop_after_count is not None and self._fault_counts[fault] >= response.stop_after_count
        return too_long or too_many

    def _after_guard(self, signals: Mapping[str, float]) -> tuple[str, str]:
        for index, transition in enumerate(self.state.transitions):
            held = self._dwell.get(index, 0) + 1 if holds(transition.guard, signals) else 0
            self._dwell[index] = held
            # The first tick at which a guard is true counts as zero time.
            if held and (held - 1) * self._dt >= transition.dwell_s - 1e-9:
                return transition.target, transition.text
        return "", ""

    def _enter(self, name: str, tick: int, reason: str) -> None:
        entries = self._entries[name] = self._entries.get(name, 0) + 1
        state = self._machine.state(name)
        if state.kind not in FINAL_KINDS and entries > state.max_entries:
            reason, name = f"fault guard: {name} entered more than {state.max_entries} times", "stop"
            state = self._machine.state(name)
        if state.kind == "hold":
            self._resume_to = self.state.name
        self.events.append(Event(tick=tick, source=self.state.name, target=name, reason=reason))
        self.state, self._ticks_in_state = state, 0
        self._dwell: dict[int, int] = {}
