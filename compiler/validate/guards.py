"""What the deployment machine's guards, times and responses mean: whether they can ever hold, and where they lead.

A guard that never holds, one that hides those after it, a wait that is cut short, and ways by which nothing done, or
something gone wrong, would count as success.
"""

from collections.abc import Iterator
from dataclasses import replace

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.measure_error import MeasureError
from skillc.compiler.source.parse_quantity import format_si, parse_measure
from skillc.compiler.source.quantity import Quantity
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, path_text
from skillc.compiler.validate.condition import Condition, parse_condition
from skillc.compiler.validate.condition_tokens import ConditionError
from skillc.compiler.validate.conditions import known_signals
from skillc.compiler.validate.machine import ALWAYS
from skillc.compiler.validate.satisfiable import ValueSpan, can_fail, can_hold
from skillc.compiler.validate.schema import schema
from skillc.compiler.validate.structure import Marked

MOVES = "track"
"""The step of a state in which the object is moved."""
STAY = "time_in_state"
"""The signal that a state's timeout bounds."""


def check_guards(root: Mapping, marked: list[Marked]) -> list[Diagnostic]:
    """Check conditions everywhere, and the states of a machine that the spec writes."""
    return [*_never(marked), *_states(root), *_responses(root)]


def ranges(where: str) -> dict[str, ValueSpan]:
    """Return the values each signal of `deploy` or `train` can have, SI."""
    signals = schema().raw["$defs"]["signals"]["x-signals"][where]
    return {name: ValueSpan(least=s["least"], most=s["most"]) for name, s in signals.items() if "least" in s}


def _condition(node: Node | None, where: str) -> Condition | None:
    """Return a condition, or None where there is none or its form is wrong."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    try:
        return parse_condition(node.text, known_signals(where))
    except ConditionError:
        return None


def _never(marked: list[Marked]) -> Iterator[Diagnostic]:
    for place in marked:
        where = str(place.marks.get("x-condition", ""))
        condition = _condition(place.node, where) if where else None
        if condition is not None and not can_hold(condition, ranges(where)):
            yield _finding("SK714", place.path, place.node, "can never hold", "its parts exclude each other, or a "
                           "signal cannot have such a value", "loosen the condition")  # fmt: skip


def _finding(code: str, path: Path, node: Node, what: str, detail: str, hint: str) -> Diagnostic:
    text = shorten(node.text) if isinstance(node, Scalar) else ""
    summary = f"`{text}` {what}"
    return Diagnostic(code=code, summary=summary, detail=detail, hint=hint, path=path_text(path), spans=(node.span,))


def _child(node: Node | None, key: str) -> Node | None:
    entry = node.entries.get(key) if isinstance(node, Mapping) else None
    return entry.value if entry else None


def _seconds(node: Node | None) -> float | None:
    if not isinstance(node, Scalar):
        return None
    try:
        measure = parse_measure(node, "time", ("quantity",))
    except MeasureError:
        return None
    return measure.value if isinstance(measure, Quantity) else None


def _states(root: Mapping) -> Iterator[Diagnostic]:
    states = _child(_child(root, "deploy"), "states")
    if not isinstance(states, Mapping):
        return
    ends = {name: _text(_child(entry.value, "end")) for name, entry in states.entries.items()}
    start = _child(_child(root, "deploy"), "start")
    if isinstance(start, Scalar) and ends.get(start.text):
        yield _finding("SK717", ("deploy", "start"), start, "ends the run before it begins",
                       f"the state ends in {ends[start.text]}", "start in a state that does something")  # fmt: skip
    for name, entry in states.entries.items():
        path: Path = ("deploy", "states", name)
        if name in ALWAYS:
            key = Scalar(name, name, False, entry.key.span)
            yield _finding("SK718", path, key, "is a state of every machine", "hold and stop exist always",
                           f"call it for example `{name}_1`")  # fmt: skip
        yield from _transitions(path, entry.value)
        on_timeout = _child(entry.value, "on_timeout")
        if isinstance(on_timeout, Scalar) and ends.get(on_timeout.text) == "success":
            yield _finding("SK717", (*path, "on_timeout"), on_timeout, "counts running out of time as success",
                           "a success is something that was reached", "go to a state that ends in failure")  # fmt: skip
    yield from _undone(states, start)


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _transitions(path: Path, state: Node) -> Iterator[Diagnostic]:
    transitions = _child(state, "next")
    items = transitions.items if isinstance(transitions, Sequence) else ()
    stay = _seconds(_child(state, "timeout"))
    known = ranges("deploy")
    if stay is not None:
        known[STAY] = replace(known[STAY], most=min(stay, known[STAY].most))
    for index, item in enumerate(items):
        here: Path = (*path, "next", index)
        when, dwell = _child(item, "when"), _child(item, "for")
        condition = _condition(when, "deploy")
        if condition is not None and when is not None and can_hold(condition, ranges("deploy")):
            if not can_hold(condition, known):
                assert stay is not None
                yield _finding("SK716", (*here, "when"), when, "holds later than the state lasts",
                               f"its timeout is {format_si(stay, 'time')}", "lengthen `timeout`")  # fmt: skip
            if index + 1 < len(items) and dwell is None and not can_fail(condition, known):
                yield _finding("SK715", (*here, "when"), when, "always holds", "the transitions after it are never "
                               "taken", "put it last, or tighten it")  # fmt: skip
        seconds = _seconds(dwell)
        if seconds is not None and stay is not None and seconds >= stay and dwell is not None:
            yield _finding("SK716", (*here, "for"), dwell, "is as long as the state lasts, or longer",
                           f"its timeout is {format_si(stay, 'time')}", "lengthen `timeout`")  # fmt: skip


def _undone(states: Mapping, start: Node | None) -> Iterator[Diagnostic]:
    """Report ways to a success that never follow the motion."""
    if not any(_text(_child(entry.value, "do")) == MOVES for entry in states.entries.values()):
        return
    waiting = [start.text if isinstance(start, Scalar) else next(iter(states.entries))]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        entry = states.entries.get(name)
        if name in seen or entry is None or _text(_child(entry.value, "do")) == MOVES:
            continue
        seen.add(name)
        transitions = _child(entry.value, "next")
        for index, item in enumerate(transitions.items if isinstance(transitions, Sequence) else ()):
            to = _child(item, "to")
            if not isinstance(to, Scalar):
                continue
            following = states.entries.get(to.text)
            if following is not None and _text(_child(following.value, "end")) == "success":
                path: Path = ("deploy", "states", name, "next", index, "to")
                yield _finding("SK717", path, to, "counts as success before the motion was followed",
                               "no state on the way here has `do: track`", "go through the motion first")  # fmt: skip
            waiting.append(to.text)


def _responses(root: Mapping) -> Iterator[Diagnostic]:
    """Report responses to faults that end in success."""
    deploy = _child(root, "deploy")
    states, answers = _child(deploy, "states"), _child(deploy, "on_fault")
    ends = {"done": "success"}
    if isinstance(states, Mapping):
        ends = {name: _text(_child(entry.value, "end")) for name, entry in states.entries.items()}
    for fault, entry in answers.entries.items() if isinstance(answers, Mapping) else ():
        target = _text(entry.value).removeprefix("goto ")
        if _text(entry.value).startswith("goto ") and ends.get(target) == "success":
            path: Path = ("deploy", "on_fault", fault)
            yield _finding("SK717", path, entry.value, "counts a fault as success",
                           "a success is something that was reached", "write `hold`, `stop` or `retry 2`")  # fmt: skip
