"""A machine as a Mermaid diagram shows every way, and nothing in a name breaks it."""

import re
from dataclasses import replace
from pathlib import Path

from skillc.runtime.formats.machine import State
from skillc.runtime.machine.diagram import mermaid
from tests.machine.test_behavior_tree import whole

GOLDEN = Path(__file__).parent / "golden" / "machine.mmd"


def test_it_is_drawn_as_it_was() -> None:
    assert mermaid(whole()) == GOLDEN.read_text(encoding="utf-8"), "write the golden file anew, and review it"


def test_every_way_of_the_machine_is_drawn() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+)", mermaid(whole()), re.MULTILINE))
    for state in whole().states:
        for way in state.transitions:
            assert (state.name, state.name if way.target == "resume" else way.target) in drawn
        assert not state.on_timeout or (state.name, state.on_timeout) in drawn
    assert ("approach", "back_off") in drawn and ("adjust", "observe") in drawn, "recoveries are ways too"


def test_a_sketch_says_no_times() -> None:
    assert "after" in mermaid(whole()) and "after" not in mermaid(whole(), times=False)


def test_no_name_or_guard_breaks_it() -> None:
    machine = whole()
    names = {"observe": "end", "distill": 'a "b"\n--> c', "adjust": "state"}

    def odd(state: State) -> State:
        ways = [replace(w, target=names.get(w.target, w.target), text="x; y: `z`\n#") for w in state.transitions]
        return replace(state, name=names.get(state.name, state.name), transitions=tuple(ways))

    states = tuple(odd(state) for state in machine.states)
    text = mermaid(replace(machine, initial="end", states=states))
    named, label = r'state "[^"]*" as \w+', r': [^:;"`]*(#\d+;[^:;"`]*)*'
    way, note = rf"(\w+|\[\*\]) --> (\w+|\[\*\])({label})?", r"note right of \w+: [\w ,]+"
    for line in text.splitlines()[1:]:
        assert re.fullmatch(f"    ({named}|{way}|{note})", line), line
