"""A machine as a Mermaid state diagram, as GitHub draws it in a comment: for people, nothing reads it back."""

import re
from collections.abc import Iterator

from skillc.runtime.formats.machine import FINAL_KINDS, RESUME, Machine, State

_TAKEN = {"end", "state", "note", "direction", "class", "classDef", "style", "as"}
"""Words of Mermaid that a state cannot be called."""


def mermaid(machine: Machine, *, times: bool = True) -> str:
    """Return the diagram; lines end with a newline.

    Ways out of a state are drawn as they are tried. Holding and stopping, which every fault leads to that is answered
    no other way, are drawn once.

    Args:
        machine: what is drawn.
        times: say how long a state waits; without a build nobody knows.
    """
    names = {state.name: _name(state.name, number) for number, state in enumerate(machine.states)}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_label(name)}" as {drawn}' for name, drawn in names.items() if drawn != name]
    lines.append(f"    [*] --> {names[machine.initial]}")
    for state in machine.states:
        for target, why in _ways(state, times):
            lines.append(f"    {names[state.name]} --> {names.get(target, '[*]')}: {_label(why)}")
        if state.kind in FINAL_KINDS:
            lines.append(f"    {names[state.name]} --> [*]")
    lines.append(f"    note right of {names['hold']}: from every state, while a fault lasts")
    return "\n".join(lines) + "\n"


def _ways(state: State, times: bool) -> Iterator[tuple[str, str]]:
    for way in state.transitions:
        dwell = f" for {way.dwell_s:g} s" if way.dwell_s else ""
        target, back = (state.name, "back to what was interrupted: ") if way.target == RESUME else (way.target, "")
        yield target, f"{back}{way.text}{dwell}"
    if state.on_timeout:
        yield state.on_timeout, f"after {state.timeout_s:.3g} s" if times else "when its time is up"
    others: dict[str, list[str]] = {}
    for fault, response in state.on_fault.items():
        if response.kind in ("goto", "retry") and response.target != state.name:
            most = f" ({response.attempts} times)" if response.kind == "retry" else ""
            others.setdefault(response.target, []).append(fault + most)
    for target, faults in others.items():
        yield target, ", ".join(faults)


def _name(name: str, number: int) -> str:
    """Return the name itself where Mermaid takes it for one."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name not in _TAKEN else f"state{number}"


def _label(text: str) -> str:
    """Return text in which Mermaid sees none of its own signs."""
    return re.sub(r"[^\w .,()<>=+*/|-]", lambda sign: f"#{ord(sign.group())};", text)
