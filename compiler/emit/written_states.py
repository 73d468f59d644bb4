"""States that a spec writes itself (`deploy.states`), as states of the machine."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.validate.condition import Compared, Condition, Flag, parse_condition
from skillc.compiler.validate.conditions import known_signals
from skillc.runtime.formats.machine import (
    AllOf,
    AnyOf,
    Controller,
    Expression,
    Kind,
    Negated,
    Response,
    SignalComparison,
    State,
    Transition,
)
from skillc.runtime.formats.reference import Phase

ENDS = {"success": "done", "failure": "failed"}
"""How a spec's states end the run -> the machine's state for it; several of one kind become one."""


def written_states(
    written: Mapping[str, JSON],
    *,
    phases: Mapping[str, tuple[Phase, ...]],
    moved_by: Controller,
    most_entries: int,
    answers: Callable[[str], Mapping[str, Response]],
    origins: Mapping[str, str],
) -> list[State]:
    """Return the states that do something; those that end the run are the caller's.

    Args:
        written: `deploy.states` of a checked spec, times in s.
        phases: what a state does -> reference phases it commands, of those the reference has.
        moved_by: what decides the commands of the states that move.
        most_entries: entries allowed where a state does not say.
        answers: what a state does -> its response to every class of fault.
        origins: name of a state -> file:line:column.
    """
    names = {name: ENDS.get(str(state.get("end")), name) for name, state in written.items()}
    states = []
    for name, state in written.items():
        if "end" in state:
            continue
        does = str(state.get("do"))
        states.append(
            State(
                name=name,
                kind=kind_of(does),
                controller=moved_by if kind_of(does) == "motion" else "still",
                phases=phases.get(does, ()),
                transitions=tuple(_transition(way, names, origins[name]) for way in state.get("next", ())),
                timeout_s=float(state["timeout"]),
                on_timeout=names.get(state["on_timeout"], state["on_timeout"]),
                max_entries=int(state.get("entries", most_entries)),
                on_fault={
                    fault: replace(answer, target=names.get(answer.target, "")) if answer.kind == "goto" else answer
                    for fault, answer in answers(does).items()
                },
            )
        )
    return states


def kind_of(does: str) -> Kind:
    """Return the kind of a state by what it does."""
    return does if does in ("observe", "distill", "adjust") else "motion"  # type: ignore[return-value]


def as_guard(condition: Condition) -> Expression:
    """Return a spec's condition as the machine's guard; a flag is a signal of 0 or 1."""
    if isinstance(condition, Flag):
        return SignalComparison(signal=condition.signal, op=">", value=0.5)
    if isinstance(condition, Compared):
        return SignalComparison(signal=condition.signal, op=condition.operator, value=condition.value)
    parts = tuple(as_guard(part) for part in condition.parts)
    if condition.operator == "not":
        return Negated(not_=parts[0])
    return AllOf(all=parts) if condition.operator == "and" else AnyOf(any=parts)


def _transition(way: Mapping[str, JSON], names: Mapping[str, str], origin: str) -> Transition:
    return Transition(
        guard=as_guard(parse_condition(way["when"], known_signals("deploy"))),
        text=way["when"],
        target=names.get(way["to"], way["to"]),
        dwell_s=float(way.get("for", 0.0)),
        origin=origin,
    )
