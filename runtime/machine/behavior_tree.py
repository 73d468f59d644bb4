"""A machine as a BehaviorTree.CPP tree, XML format 4: one subtree a state, walked until the run is over.

Each tick a state asks in order whether a fault leads away, whether one of its guards holds, and whether its time is up;
otherwise it goes on controlling the robot. A way out writes the blackboard entry `state`, and the next tick enters it.
The leaves are the robot's: `TreeNodesModel` declares them, and says nothing of how they are made.
"""

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from skillc.runtime.formats.machine import FINAL_KINDS, RESUME, Machine, Response, State

LEAVES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Enter": ("Condition", ("state", "most")),
    "StopDemanded": ("Condition", ()),
    "FaultPresent": ("Condition", ("classes",)),
    "FaultLasts": ("Condition", ("classes", "seconds", "in_a_row")),
    "Attempt": ("Condition", ("of", "most")),
    "Guard": ("Condition", ("expression", "seconds")),
    "TimeIsUp": ("Condition", ("seconds",)),
    "Control": ("Action", ("controller", "phases")),
}
"""Leaf -> kind, ports. Enter and Attempt count and fail after `most`; Guard has held for `seconds` without a break;
FaultLasts for longer than `seconds`, or `in_a_row` ticks; Control runs until it is halted."""


def behavior_tree(machine: Machine) -> str:
    """Return the XML document."""
    root = Element("root", BTCPP_format="4", main_tree_to_execute="machine")
    going = [state for state in machine.states if state.kind not in FINAL_KINDS]
    over = [state.name for state in machine.states if state.kind in FINAL_KINDS]
    main = SubElement(SubElement(root, "BehaviorTree", ID="machine"), "Sequence")
    SubElement(main, "Script", code=f"state := {_text(machine.initial)}; interrupted := {_text(machine.initial)}")
    most = 1 + sum(state.max_entries for state in going)
    walk = SubElement(SubElement(main, "RetryUntilSuccessful", num_attempts=str(most)), "Sequence")
    choice = SubElement(walk, "Fallback")
    for state in going:
        here = SubElement(choice, "Sequence")
        SubElement(here, "ScriptCondition", code=f"state == {_text(state.name)}")
        SubElement(here, "SubTree", ID=f"state_{state.name}", _autoremap="true")
    SubElement(walk, "ScriptCondition", code=" || ".join(f"state == {_text(name)}" for name in over))
    done = [state.name for state in machine.states if state.kind == "done"]
    SubElement(main, "ScriptCondition", code=" || ".join(f"state == {_text(name)}" for name in done))
    for state in going:
        SubElement(root, "BehaviorTree", ID=f"state_{state.name}").append(_subtree(state))
    model = SubElement(root, "TreeNodesModel")
    for leaf, (kind, ports) in LEAVES.items():
        declared = SubElement(model, kind, ID=leaf)
        for port in ports:
            SubElement(declared, "input_port", name=port)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _subtree(state: State) -> Element:
    tree = Element("Sequence")
    entered = SubElement(tree, "Fallback")
    SubElement(entered, "Enter", state=state.name, most=str(state.max_entries))
    SubElement(entered, "Script", code="state := 'stop'")
    step = SubElement(tree, "ReactiveFallback")
    SubElement(step, "ScriptCondition", code=f"state != {_text(state.name)}")
    _way(step, Element("StopDemanded"), "'stop'")
    for condition, way in _faults(state):
        SubElement(step, "Sequence").extend((condition, *way))
    for transition in state.transitions:
        guard = Element("Guard", expression=transition.text, seconds=f"{transition.dwell_s:g}")
        _way(step, guard, "interrupted" if transition.target == RESUME else _text(transition.target))
    _way(step, Element("TimeIsUp", seconds=f"{state.timeout_s:.9g}"), _text(state.on_timeout))
    SubElement(step, "Control", controller=state.controller, phases=";".join(state.phases))
    return tree


def _faults(state: State) -> Iterator[tuple[Element, tuple[Element, ...]]]:
    """Yield what leads away at faults: what must stop first, and faults with one response together."""
    groups: dict[tuple[str, str, int, float | None, int | None], list[str]] = {}
    for fault, response in state.on_fault.items():
        groups.setdefault(_same(response), []).append(fault)
    for (kind, target, attempts, after_s, after_count), faults in sorted(
        groups.items(), key=lambda g: g[0][0] != "stop"
    ):
        classes = ";".join(faults)
        present = Element("FaultPresent", classes=classes)
        if kind == "stop":
            yield present, (_go("'stop'"),)
        elif kind == "hold":
            if after_s is not None or after_count is not None:
                lasts = Element("FaultLasts", classes=classes)
                lasts.attrib |= {} if after_s is None else {"seconds": f"{after_s:g}"}
                lasts.attrib |= {} if after_count is None else {"in_a_row": str(after_count)}
                yield lasts, (_go("'stop'"),)
            if state.kind != "hold":
                yield present, (_go("'hold'", interrupted=state.name),)
        elif kind == "goto" and target != state.name:
            yield present, (_go(_text(target)),)
        elif kind == "retry":
            again = Element("Fallback")
            tried = SubElement(again, "Sequence")
            tried.append(Element("Attempt", of=f"{state.name}: {classes}", most=str(attempts)))
            tried.append(_go(_text(target)))
            again.append(_go("'stop'"))
            yield present, (again,)


def _same(response: Response) -> tuple[str, str, int, float | None, int | None]:
    return response.kind, response.target, response.attempts, response.stop_after_s, response.stop_after_count


def _way(step: Element, condition: Element, target: str) -> None:
    SubElement(step, "Sequence").extend((condition, _go(target)))


def _go(target: str, *, interrupted: str = "") -> Element:
    before = f"interrupted := {_text(interrupted)}; " if interrupted else ""
    return Element("Script", code=f"{before}state := {target}")


def _text(name: str) -> str:
    return "'" + name.replace("'", "_") + "'"
