"""A compiled machine in three libraries: the same states, guards, dwell times, timeouts and responses to faults.

What a library decides is which rule of the present state applies; the guards themselves are evaluated by the same code
for all of them. Bounds on entries and retries, which only the interpreter counts, are left out: no recorded run meets
them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from skillc.runtime.formats.machine import FINAL_KINDS, RESUME, Machine, Response, State
from skillc.runtime.machine.guard import holds


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the machine is told at one tick."""

    signals: Mapping[str, float]
    faults: Mapping[str, str]
    """Fault class -> `hold` or `stop`, worst first."""


class Situation:
    """What the rules of a machine ask: the tick's inputs and how long what has lasted."""

    def __init__(self, machine: Machine, dt: float) -> None:
        """Stand in the initial state."""
        self._states, self._dt = {s.name: s for s in machine.states}, dt
        self.state = self.resume_to = ""
        self._lasted: dict[str, int] = {}
        self.enter(machine.initial)

    def enter(self, name: str) -> None:
        """Start the clocks of a state."""
        if self._states[name].kind == "hold":
            self.resume_to = self.state
        self.state, self.ticks = name, 0
        self._held = [0] * len(self._states[name].transitions)

    def look(self, seen: Seen) -> None:
        """Take a tick's inputs."""
        state = self._states[self.state]
        self.seen, self.ticks = seen, self.ticks + 1
        self._lasted = {fault: self._lasted.get(fault, 0) + 1 for fault in seen.faults}
        self._held = [
            held + 1 if holds(way.guard, seen.signals) else 0 for held, way in zip(self._held, state.transitions)
        ]

    def stands_in(self, name: str) -> bool:
        """Tell whether a state is the present one."""
        return self.state == name

    def stops(self, state: State) -> bool:
        """Tell whether a fault ends the run."""
        return any(d == "stop" or self._too_long(f, state.on_fault[f]) for f, d in self.seen.faults.items())

    def _too_long(self, fault: str, answer: Response) -> bool:
        ticks, after_s, count = self._lasted[fault], answer.stop_after_s, answer.stop_after_count
        over = (after_s is not None and ticks * self._dt > after_s) or (count is not None and ticks >= count)
        return answer.kind == "stop" or over

    def is_held(self, state: State) -> bool:
        """Tell whether a fault holds the robot."""
        return bool(self.seen.faults)

    def passes(self, k: int, resume_to: str, state: State) -> bool:
        """Tell whether the state's k-th guard has held long enough, and leads where the hold came from."""
        enough = self._held[k] and (self._held[k] - 1) * self._dt >= state.transitions[k].dwell_s - 1e-9
        return bool(enough) and resume_to in ("", self.resume_to)

    def is_over(self, state: State) -> bool:
        """Tell whether the state's time is over."""
        return self.ticks * self._dt >= state.timeout_s


Rule = tuple[Callable[[], bool], str]


def rules(machine: Machine, now: Situation) -> dict[str, list[Rule]]:
    """Return for every state what leads where, first one first."""
    found: dict[str, list[Rule]] = {s.name: [] for s in machine.states}
    for s in machine.states:
        if s.kind in FINAL_KINDS:
            continue
        found[s.name].append((partial(now.stops, s), "stop"))
        if s.kind != "hold":
            found[s.name].append((partial(now.is_held, s), "hold"))
        for k, way in enumerate(s.transitions):
            origins = [o.name for o in machine.states if o.kind not in (*FINAL_KINDS, "hold")]
            ways = [(o, o) for o in origins] if way.target == RESUME else [("", way.target)]
            found[s.name] += [(partial(now.passes, k, resume_to, s), target) for resume_to, target in ways]
        found[s.name].append((partial(now.is_over, s), s.on_timeout))
    return found


Tick = Callable[[Seen], str]
"""What was seen -> the state after the tick."""


def in_transitions(machine: Machine, dt: float) -> Tick:
    """Return the machine in `transitions`."""
    from transitions import Machine as Library

    now = Situation(machine, dt)
    model = Library(
        states=[s.name for s in machine.states], initial=machine.initial, auto_transitions=False,
        ignore_invalid_triggers=True,
    )  # fmt: skip
    for source, ways in rules(machine, now).items():
        for condition, target in ways:
            model.add_transition("tick", source, target, conditions=condition, after=partial(now.enter, target))

    def tick(seen: Seen) -> str:
        now.look(seen)
        model.tick()
        return str(model.state)

    return tick


def in_statemachine(machine: Machine, dt: float) -> Tick:
    """Return the machine in `python-statemachine`."""
    from statemachine import State as LibraryState
    from statemachine import StateMachine

    now = Situation(machine, dt)
    final = {s.name: s.kind in FINAL_KINDS for s in machine.states}
    states = {n: LibraryState(n, initial=n == machine.initial, final=over) for n, over in final.items()}
    ways = [
        states[source].to(states[target], cond=condition, on=partial(now.enter, target))
        for source, found in rules(machine, now).items()
        for condition, target in found
    ]
    event = ways[0]
    for way in ways[1:]:
        event = event | way
    made: Any = type("Compiled", (StateMachine,), {**states, "tick": event, "allow_event_without_transition": True})
    library = made()

    def tick(seen: Seen) -> str:
        now.look(seen)
        if not final[now.state]:
            library.send("tick")
        return now.state

    return tick


def in_py_trees(machine: Machine, dt: float) -> Tick:
    """Return the machine as a behaviour tree in `py_trees`: of the present state, the first rule that applies."""
    import py_trees

    now = Situation(machine, dt)

    class Apply(py_trees.behaviour.Behaviour):
        def __init__(self, name: str, condition: Callable[[], bool], then: Callable[[], None]) -> None:
            super().__init__(name)
            self._condition, self._then = condition, then

        def update(self) -> Any:
            if not self._condition():
                return py_trees.common.Status.FAILURE
            self._then()
            return py_trees.common.Status.SUCCESS

    root = py_trees.composites.Selector("machine", memory=False)
    for source, found in rules(machine, now).items():
        which = py_trees.composites.Selector(f"rules of {source}", memory=False)
        which.add_children([
            Apply(f"{source} to {target}", condition, partial(now.enter, target)) for condition, target in found
        ])  # fmt: skip
        here = py_trees.composites.Sequence(source, memory=False)
        here.add_children([Apply(f"in {source}", partial(now.stands_in, source), lambda: None), which])
        root.add_child(here)

    def tick(seen: Seen) -> str:
        now.look(seen)
        root.tick_once()
        return now.state

    return tick


PEERS: Mapping[str, Callable[[Machine, float], Tick]] = {
    "py_trees": in_py_trees,
    "python-statemachine": in_statemachine,
    "transitions": in_transitions,
}
