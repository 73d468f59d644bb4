"""What a machine must be for a robot to follow it, proven from its states alone.

`problems` defines a sound machine: the compiler refuses to emit, and the runtime to load, one that has any.
A sound machine can succeed without a fault, can stop from every state in one step, and ends within `longest_s`.
"""

from skillc.runtime.formats.faults import FAULT_NAMES
from skillc.runtime.formats.machine import CONTROLLERS, FINAL_KINDS, SIGNALS, Machine, State, signals_of, successors

MOST_ENTRIES = 1000
"""Entries of a state beyond which nothing is bounded in practice."""


def longest_s(machine: Machine) -> float:
    """Return the longest that a run of a sound machine can take, s.

    No stay in a state outlasts its timeout, and none is entered more often than it may be; the real longest run is
    shorter, as not every state can be entered that often.
    """
    return sum(state.timeout_s * state.max_entries for state in machine.states if state.kind not in FINAL_KINDS)


def problems(machine: Machine) -> tuple[str, ...]:
    """Return everything that makes `machine` unsafe to run; empty for a sound one."""
    names = [s.name for s in machine.states]
    known = set(names)
    found = [f"two states are called {n!r}" for n in sorted({n for n in names if names.count(n) > 1})]
    found += [f"there is no state {n!r}" for n in ("hold", "stop", "done", "failed", machine.initial) if n not in known]
    for state in machine.states:
        for missing in sorted(successors(state) - known):
            found.append(f"{state.name} leads to {missing!r}, which does not exist")
        for transition in state.transitions:
            for signal in sorted(signals_of(transition.guard) - set(SIGNALS)):
                found.append(f"{state.name}: the guard of {transition.target} reads unknown signal {signal!r}")
            if not transition.dwell_s >= 0:
                found.append(f"{state.name}: the dwell time to {transition.target} is {transition.dwell_s}")
        if state.controller not in CONTROLLERS[state.kind]:
            found.append(f"{state.name} is of kind {state.kind}, which {state.controller!r} does not control")
        if state.kind in FINAL_KINDS:
            if state.transitions or state.on_timeout:
                found.append(f"{state.name} is final but has a way out")
            continue
        if not 0 < state.timeout_s < float("inf"):
            found.append(f"{state.name} may wait for ever: its timeout is {state.timeout_s} s")
        if not state.on_timeout:
            found.append(f"{state.name} has no state to go to when its time is up")
        if state.on_timeout == state.name:
            found.append(f"{state.name} waits for ever: when its time is up it goes to itself")
        if not 1 <= state.max_entries <= MOST_ENTRIES:
            word = "can never be entered" if state.max_entries < 1 else "may be entered without end"
            found.append(f"{state.name} {word}: max_entries is {state.max_entries}")
        if state.kind == "motion" and not state.phases:
            found.append(f"{state.name} moves nothing: it has no reference phases")
        for fault in sorted(set(FAULT_NAMES) ^ set(state.on_fault)):
            word = "no response for" if fault in FAULT_NAMES else "a response for unknown"
            found.append(f"{state.name} has {word} fault {fault!r}")
    if found:
        return tuple(found)
    reached = _reached(machine, {state.name: successors(state) for state in machine.states})
    # A spec may stop at every fault; the state to hold in is there all the same.
    found += [f"{n} can never be reached" for n in names if n not in (*reached, "hold")]
    for state in machine.states:
        if state.kind not in FINAL_KINDS and "stop" not in successors(state):
            found.append(f"stop cannot be reached from {state.name} in one step")
    calm = _reached(machine, {state.name: _by_guards(state) for state in machine.states})
    if not any(machine.state(name).kind == "done" for name in calm):
        found.append("a run without a fault can never succeed: no way of guards leads to done")
    return tuple(found)


def _by_guards(state: State) -> set[str]:
    """Return the states that `state` leads to when all goes well: by its guards, not by running out of time."""
    return {transition.target for transition in state.transitions}


def _reached(machine: Machine, ways: dict[str, set[str]]) -> set[str]:
    reached, frontier = {machine.initial}, [machine.initial]
    while frontier:
        for name in ways.get(frontier.pop(), set()) - reached:
            reached.add(name)
            frontier.append(name)
    return reached
