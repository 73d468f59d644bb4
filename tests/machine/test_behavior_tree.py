"""The exported tree walks like the machine, and is what BehaviorTree.CPP 4 reads."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from skillc.compiler.emit.machine import compile_machine
from skillc.runtime.formats.faults import FAULT_NAMES
from skillc.runtime.formats.machine import SIGNALS, Machine
from skillc.runtime.machine.behavior_tree import LEAVES, behavior_tree
from skillc.runtime.machine.guard import holds
from skillc.runtime.machine.interpreter import Interpreter
from tests.emit.test_machine import GRASP, GRASP_SUCCESS, SETTINGS, TASK
from tests.machine.bt_walker import RUNNING, SUCCESS, Leaves, Walker

DT = 0.1
GOLDEN = Path(__file__).parent / "golden" / "behavior_tree.xml"


def whole() -> Machine:
    """Return a machine with every kind of state and response."""
    return compile_machine(
        skill="test", durations_s=GRASP, settings=replace(SETTINGS, observe_timeout_s=3.0, adjust_timeout_s=3.0),
        task=replace(TASK, success=GRASP_SUCCESS, lifts=True, adjusts=True, corrects=True),
        on_fault={"object_lost": "retry 2", "infeasible": "retry 1", "camera_stale": "goto retreat", "else": "hold"},
        origins=dict.fromkeys(("machine", "else", "object_lost", "infeasible", "camera_stale"), "s:1:1"),
    )  # fmt: skip


def test_it_has_only_nodes_that_the_format_or_its_own_model_knows() -> None:
    root = ElementTree.fromstring(behavior_tree(whole()).encode())
    own = {"Sequence", "Fallback", "ReactiveFallback", "RetryUntilSuccessful", "SubTree", "Script", "ScriptCondition"}
    model = root.find("TreeNodesModel")
    assert model is not None and {node.attrib["ID"] for node in model} == set(LEAVES)
    trees = {tree.attrib["ID"] for tree in root.findall("BehaviorTree")}
    for tree in root.findall("BehaviorTree"):
        for node in list(tree.iter())[1:]:
            assert node.tag in own | set(LEAVES), node.tag
            assert node.tag not in LEAVES or set(node.attrib) <= set(LEAVES[node.tag][1])
            assert (len(node) == 1) == (node.tag == "RetryUntilSuccessful") or node.tag in own
            if node.tag == "SubTree":
                assert node.attrib["ID"] in trees and node.attrib["_autoremap"] == "true"
    assert {s.controller for s in whole().states if s.timeout_s} == {
        node.attrib["controller"] for node in root.iter("Control")
    }


def test_it_is_written_as_it_was() -> None:
    assert behavior_tree(whole()) == GOLDEN.read_text(encoding="utf-8"), "write the golden file anew, and review it"


def test_the_tree_walks_as_the_machine_does() -> None:
    seen = set().union(*(walked(seed) for seed in range(120)))
    assert seen == {state.name for state in whole().states}, "every state was walked through"


def walked(seed: int) -> set[str]:
    """Walk both with the same signals and faults until the run is over; return the states."""
    rng, machine = np.random.default_rng(seed), whole()
    guards = {way.text: partial(holds, way.guard) for state in machine.states for way in state.transitions}
    leaves = Leaves(DT, guards)
    tree, interpreter = Walker(behavior_tree(machine), leaves), Interpreter(machine, DT)
    walk, _ = interpreter.start()
    signals, fault, demands = dict.fromkeys(SIGNALS, 0.0), "", False
    seen = set()
    for tick in range(600):
        if rng.random() < 0.15:
            signals = {name: float(rng.choice([0.0, 1.0])) for name in SIGNALS}
            signals["start_error"] = 0.0
        if rng.random() < 0.3:
            known = FAULT_NAMES if rng.random() < 0.1 else ("object_lost", "infeasible", "tracker", "camera_stale")
            fault = str(rng.choice(known)) if rng.random() < 0.1 else ""
            demands = bool(fault) and rng.random() < 0.05
        leaves.lasted = leaves.lasted + 1 if fault and fault == leaves.fault else int(bool(fault))
        leaves.signals, leaves.fault, leaves.demands_stop = signals, fault, demands
        walk, _ = interpreter.advance(walk, signals, {fault: "stop" if demands else "hold"} if fault else {}, tick)
        told = tree.tick()
        if walk.state == "stop" and tree.blackboard["state"] != "stop":
            # The tree counts an entry when it enters, a tick after the machine does.
            told = tree.tick()
        assert tree.blackboard["state"] == walk.state, (tick, fault)
        seen.add(walk.state)
        if interpreter.finished(walk):
            assert told in (SUCCESS if walk.state == "done" else "FAILURE", RUNNING)
            break
    return seen
