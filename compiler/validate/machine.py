"""The machine pass: of states the spec writes itself, every one is reachable, every path ends, every wait is bounded.

A cycle is bounded when a state on it has `entries`. The fault responses lie outside this graph: from every state they
lead to hold and stop, which exist always.
"""

from dataclasses import dataclass

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, Span, path_text
from skillc.compiler.validate.nearest import listed

ALWAYS = ("hold", "stop")
"""States that exist in every machine."""
BROUGHT = ("observe", "distill", "adjust", "approach", "contact", "track", "retreat", "back_off", "done", "failed")
"""States of the machine that task types bring, where a spec writes none."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way out of a state."""

    to: str
    span: Span
    path: Path


@dataclass(frozen=True, slots=True)
class _State:
    name: str
    span: Span
    end: str
    """success, failure, or empty."""
    ways: tuple[_Way, ...]
    has_timeout: bool
    bounded: bool
    """Whether entries are counted."""


def check_machine(root: Mapping) -> list[Diagnostic]:
    """Check `deploy.states`; a spec without it uses the machine its task type brings."""
    states = _states(root)
    if not states:
        return []
    start = _start(root, states)
    led_to = {start, *(way.to for state in states.values() for way in state.ways)}
    if not led_to <= {*states, *ALWAYS}:
        # The reference pass names the missing state; what follows from it would only confuse.
        return []
    if start in states and states[start].end:
        # Told with the guards (SK717); that nothing is reached from an end follows from it.
        return []
    reached = _reachable(start, states)
    findings = _unreachable(states, reached) + _exits(states, reached) + _cycles(states)
    for state in states.values():
        findings += _stuck(state)
    findings += _never_ends(states, reached)
    return findings


def _child(node: Node | None, key: str) -> Node | None:
    entry = node.entries.get(key) if isinstance(node, Mapping) else None
    return entry.value if entry else None


def _states(root: Mapping) -> dict[str, _State]:
    section = _child(_child(root, "deploy"), "states")
    if not isinstance(section, Mapping):
        return {}
    return {
        name: _state(name, entry.key.span, entry.value)
        for name, entry in section.entries.items()
        if isinstance(entry.value, Mapping)
    }


def _state(name: str, span: Span, node: Mapping) -> _State:
    path: Path = ("deploy", "states", name)
    ways: list[_Way] = []
    transitions = _child(node, "next")
    for index, item in enumerate(transitions.items if isinstance(transitions, Sequence) else ()):
        to = _child(item, "to")
        if isinstance(to, Scalar):
            ways.append(_Way(to.text, to.span, (*path, "next", index, "to")))
    on_timeout = _child(node, "on_timeout")
    if isinstance(on_timeout, Scalar):
        ways.append(_Way(on_timeout.text, on_timeout.span, (*path, "on_timeout")))
    end = _child(node, "end")
    return _State(
        name=name,
        span=span,
        end=end.text if isinstance(end, Scalar) else "",
        ways=tuple(ways),
        has_timeout=_child(node, "timeout") is not None,
        bounded=_child(node, "entries") is not None,
    )


def _start(root: Mapping, states: dict[str, _State]) -> str:
    start = _child(_child(root, "deploy"), "start")
    return start.text if isinstance(start, Scalar) else next(iter(states))


def _reachable(start: str, states: dict[str, _State]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen and name in states:
            seen.add(name)
            waiting += [way.to for way in states[name].ways]
    return seen


def _unreachable(states: dict[str, _State], reached: set[str]) -> list[Diagnostic]:
    return [
        _finding(
            "SK701",
            state,
            f"the state `{shorten(state.name)}` cannot be reached",
            detail=f"reached from the start: {listed(sorted(reached))}",
            hint=f"add a transition `to: {shorten(state.name)}`, or delete the state",
        )
        for state in states.values()
        if state.name not in reached
    ]


def _exits(states: dict[str, _State], reached: set[str]) -> list[Diagnostic]:
    first = next(iter(states.values()))
    missing = [kind for kind in ("success", "failure") if not any(states[name].end == kind for name in reached)]
    return [
        _finding(
            "SK703",
            first,
            f"no state that can be reached ends the run in {kind}",
            detail="a machine can succeed and can fail",
            hint=f"add a state with `end: {kind}` and a transition to it",
        )
        for kind in missing
    ]


def _stuck(state: _State) -> list[Diagnostic]:
    if state.end:
        return []
    if not state.ways:
        return [
            _finding(
                "SK702",
                state,
                f"nothing leads out of the state `{shorten(state.name)}`",
                detail="every state ends the run or leads on",
                hint="add `next:`, `on_timeout:` or `end:`",
            )
        ]
    on_timeout = any(way.path[-1] == "on_timeout" for way in state.ways)
    if not (state.has_timeout and on_timeout):
        missing = "`timeout:`" if not state.has_timeout else "`on_timeout:`"
        return [
            _finding(
                "SK706",
                state,
                f"the wait in `{shorten(state.name)}` has no bound",
                detail=f"{missing} is missing",
                hint="add `timeout: 5 s` and `on_timeout: STATE`",
            )
        ]
    return []


def _never_ends(states: dict[str, _State], reached: set[str]) -> list[Diagnostic]:
    ending = {name for name, state in states.items() if state.end} | set(ALWAYS)
    while grown := {n for n, s in states.items() if n not in ending and any(w.to in ending for w in s.ways)}:
        ending |= grown
    return [
        _finding(
            "SK702",
            states[name],
            f"from `{shorten(name)}` no end of the run can be reached",
            detail="every path ends in success or failure",
            hint="add a transition to a state with `end:`",
        )
        for name in states
        if name in reached and name not in ending and states[name].ways
    ]


def _cycles(states: dict[str, _State]) -> list[Diagnostic]:
    """Report each set of states that can be gone round without a bound, once."""
    reach = {name: _reach_unbounded(name, states) for name in states}
    findings = []
    told: set[str] = set()
    for name, state in states.items():
        if name in reach[name] and name not in told:
            around = [other for other in states if other in reach[name] and name in reach[other]]
            told |= set(around)
            way = next(way for way in state.ways if way.to in around)
            findings.append(
                Diagnostic(
                    code="SK705",
                    summary=f"the cycle through {', '.join(shorten(n) for n in around)} has no bound",
                    detail="a run could go round for ever",
                    hint="add `entries: 3` to a state on it",
                    path=path_text(way.path),
                    spans=(way.span,),
                )
            )
    return findings


def _reach_unbounded(start: str, states: dict[str, _State]) -> set[str]:
    """Return the states that can be entered after `start` without passing one whose entries are counted."""
    if states[start].bounded:
        return set()
    seen: set[str] = set()
    waiting = [way.to for way in states[start].ways]
    while waiting:
        name = waiting.pop()
        if name not in seen and name in states and not states[name].bounded:
            seen.add(name)
            waiting += [way.to for way in states[name].ways]
    return seen


def _finding(code: str, state: _State, summary: str, *, detail: str, hint: str) -> Diagnostic:
    path = path_text(("deploy", "states", state.name))
    return Diagnostic(code=code, summary=summary, detail=detail, hint=hint, path=path, spans=(state.span,))
