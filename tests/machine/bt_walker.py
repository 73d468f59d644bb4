"""Walks a BehaviorTree.CPP tree by that library's rules, as far as skillc's trees use them.

Sequence and Fallback remember their child while it runs; ReactiveFallback asks from the first each tick and halts what
ran before; RetryUntilSuccessful yields a tick between attempts; SubTree shares the blackboard (`_autoremap`).
"""

import re
from collections.abc import Callable, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

SUCCESS, FAILURE, RUNNING = "SUCCESS", "FAILURE", "RUNNING"


class Walker:
    """A tree and where its walk is."""

    def __init__(self, xml: str, leaf: Callable[[Element], str]) -> None:
        root = ElementTree.fromstring(xml.encode())
        assert root.tag == "root" and root.attrib["BTCPP_format"] == "4"
        self.trees = {tree.attrib["ID"]: tree[0] for tree in root.iter("BehaviorTree")}
        assert all(len(tree) == 1 for tree in root.iter("BehaviorTree")), "a tree has one root"
        self.main = self.trees[root.attrib["main_tree_to_execute"]]
        self.blackboard: dict[str, str] = {}
        self._leaf, self._at = leaf, dict[Element, int]()

    def tick(self) -> str:
        return self._tick(self.main)

    def _tick(self, node: Element) -> str:
        if node.tag in ("Sequence", "Fallback"):
            return self._in_order(node, FAILURE if node.tag == "Sequence" else SUCCESS)
        if node.tag == "ReactiveFallback":
            for child in node:
                found = self._tick(child)
                if found != FAILURE:
                    return found
            return FAILURE
        if node.tag == "RetryUntilSuccessful":
            tried = self._at.get(node, 0)
            found = self._tick(node[0])
            if found != FAILURE:
                return found
            self._halt(node[0])
            self._at[node] = tried + 1
            return RUNNING if tried + 1 < int(node.attrib["num_attempts"]) else FAILURE
        if node.tag == "SubTree":
            return self._tick(self.trees[node.attrib["ID"]])
        if node.tag == "Script":
            return self._script(node.attrib["code"])
        if node.tag == "ScriptCondition":
            return SUCCESS if any(self._holds(part) for part in node.attrib["code"].split(" || ")) else FAILURE
        return self._leaf(node)

    def _in_order(self, node: Element, ends: str) -> str:
        at = self._at.get(node, 0)
        while at < len(node):
            found = self._tick(node[at])
            if found == RUNNING:
                self._at[node] = at
                return RUNNING
            if found == ends:
                self._halt(node)
                return ends
            at += 1
        self._halt(node)
        return SUCCESS if ends == FAILURE else FAILURE

    def _halt(self, node: Element) -> None:
        for inner in node.iter():
            self._at.pop(inner, None)
            if inner.tag == "SubTree":
                self._halt(self.trees[inner.attrib["ID"]])

    def _script(self, code: str) -> str:
        for part in code.split("; "):
            name, value = part.split(" := ")
            self.blackboard[name] = value.strip("'") if value.startswith("'") else self.blackboard[value]
        return SUCCESS

    def _holds(self, code: str) -> bool:
        found = re.fullmatch(r"(\w+) (==|!=) '([^']*)'", code)
        assert found, code
        return (self.blackboard[found[1]] == found[3]) == (found[2] == "==")


class Leaves:
    """What the leaves of a machine's tree do, by their declared meaning."""

    def __init__(self, dt: float, guards: Mapping[str, Callable[[Mapping[str, float]], bool]]) -> None:
        self.dt, self.guards = dt, guards
        self.signals: Mapping[str, float] = {}
        self.fault, self.lasted, self.demands_stop = "", 0, False
        self.entries: dict[str, int] = {}
        self.attempts: dict[str, int] = {}
        self.held: dict[tuple[str, str], int] = {}
        self.ticks = 0
        self.controlled = ""

    def __call__(self, node: Element) -> str:
        return SUCCESS if self._true(node) else RUNNING if node.tag == "Control" else FAILURE

    def _true(self, node: Element) -> bool:
        had = node.attrib
        if node.tag == "Enter":
            self.entries[had["state"]] = self.entries.get(had["state"], 0) + 1
            self.held, self.ticks = {}, 0
            return self.entries[had["state"]] <= int(had["most"])
        if node.tag == "StopDemanded":
            self.ticks += 1
            return self.demands_stop
        if node.tag == "FaultPresent":
            return self.fault in had["classes"].split(";")
        if node.tag == "FaultLasts":
            long = self.lasted * self.dt > float(had["seconds"]) if "seconds" in had else False
            long = long or ("in_a_row" in had and self.lasted >= int(had["in_a_row"]))
            return long and self.fault in had["classes"].split(";")
        if node.tag == "Attempt":
            self.attempts[had["of"]] = self.attempts.get(had["of"], 0) + 1
            return self.attempts[had["of"]] <= int(had["most"])
        if node.tag == "Guard":
            key = (had["expression"], had["seconds"])
            self.held[key] = self.held.get(key, 0) + 1 if self.guards[had["expression"]](self.signals) else 0
            return self.held[key] > 0 and (self.held[key] - 1) * self.dt >= float(had["seconds"]) - 1e-9
        if node.tag == "TimeIsUp":
            return self.ticks * self.dt >= float(had["seconds"]) - 1e-9
        assert node.tag == "Control"
        self.controlled = had["controller"]
        return False
