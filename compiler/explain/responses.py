"""What the compiled machine does about every fault, state by state, and which line of the spec says so."""

from collections.abc import Mapping

from skillc.compiler.emit.answers import responses
from skillc.compiler.emit.place import place
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.runtime.formats.faults import FAULT_CLASSES, FaultClass
from skillc.runtime.formats.machine import Response

PLACE = "deploy.on_fault"


def compiled(resolved: ResolvedSpec, path: str) -> dict[str, dict[str, str]]:
    """Return fault -> state -> response in words, of the faults that the answer at a path is about.

    Args:
        resolved: the spec.
        path: `deploy.on_fault` for all faults, or one key of it; nothing is returned for other paths.

    Raises:
        MachineSpecError: an answer is weaker than its class allows.
    """
    written = resolved.section(PLACE)
    name = path.removeprefix(f"{PLACE}.")
    if not written or (path != PLACE and name not in written):
        return {}
    found = responses(written, resolved.section("deploy.states"))
    about = {
        fault: answers
        for fault, answers in found.items()
        if path == PLACE or fault == name or (name == "else" and fault not in written)
    }
    return {fault: {state: _told(answer) for state, answer in answers.items()} for fault, answers in about.items()}


def as_text(resolved: ResolvedSpec, path: str) -> str:
    """Return the compiled responses as lines, states with the same response together; empty where there are none."""
    found = compiled(resolved, path)
    if not found:
        return ""
    lines = ["compiled responses, fault by fault:"]
    for fault in FAULT_CLASSES:
        if fault.name in found:
            lines.append(f"    {fault.name}: {_grouped(found[fault.name])}  [{_because(fault, resolved)}]")
    return "\n".join(lines)


def _told(answer: Response) -> str:
    if answer.kind == "retry":
        return f"retry from {answer.target}, {answer.attempts} times at most"
    if answer.kind == "goto":
        return f"goto {answer.target}"
    limits = [f"{answer.stop_after_s:g} s" if answer.stop_after_s else "", ""]
    limits[1] = f"{answer.stop_after_count} in a row" if answer.stop_after_count else ""
    until = " or ".join(limit for limit in limits if limit)
    return f"hold, stop after {until}" if until else answer.kind


def _grouped(answers: Mapping[str, str]) -> str:
    states: dict[str, list[str]] = {}
    for state, told in answers.items():
        states.setdefault(told, []).append(state)
    if len(states) == 1:
        return next(iter(states))
    return "; ".join(f"{told} in {', '.join(names)}" for told, names in states.items())


def _because(fault: FaultClass, resolved: ResolvedSpec) -> str:
    """Return the line that decides a fault's response, or that its class does."""
    written = resolved.section(PLACE)
    if fault.name in written:
        return place(resolved, f"{PLACE}.{fault.name}")
    if fault.floor == "stop" and written.get("else") != "stop":
        return "always: " + fault.meaning
    return f"else, {place(resolved, f'{PLACE}.else')}" if "else" in written else "by default"
