"""The passes over a preset: a method's or a robot's file has the form of its schema, measures included.

In a preset any value may be written with its source, and any may be null: lost in a paper, or taken out of what the
preset extends. Both are looked through, so that the same schema describes presets and specs.
"""

from dataclasses import replace
from typing import Literal

from skillc.compiler.source.diagnostic import Diagnostic, in_order
from skillc.compiler.source.tree import Entry, Mapping, Node, Scalar, Sequence, SourceTree
from skillc.compiler.validate.conditions import check_conditions
from skillc.compiler.validate.measures import parse_measures
from skillc.compiler.validate.schema import schema
from skillc.compiler.validate.structure import check_structure

ANNOTATIONS = frozenset(("value", "source", "unit_as_printed"))
_INCOMPLETE = "SK202"
"""A preset that extends another, or leaves a value lost, may leave out what its schema requires."""


def check_preset(tree: SourceTree, kind: Literal["method", "hardware"]) -> list[Diagnostic]:
    """Return every finding on a preset's form, units and conditions."""
    plain = values_only(tree)
    structure = check_structure(plain.root, schema(kind).rule)
    _, _, findings = parse_measures(structure.marked, draft=True)
    findings += check_conditions(structure.marked)
    findings += [d for d in structure.findings if d.code != _INCOMPLETE or "." not in d.path]
    return in_order(findings)


def values_only(tree: SourceTree) -> SourceTree:
    """Return the tree with `{value: x, source: ...}` replaced by x, and without what is null or lost."""
    root = _value(tree.root)
    return replace(tree, root=root if isinstance(root, Mapping) else Mapping({}, tree.root.span))


def _value(node: Node) -> Node | None:
    if isinstance(node, Mapping):
        if "value" in node.entries and node.entries.keys() <= ANNOTATIONS:
            return _value(node.entries["value"].value)
        kept = {key: (entry.key, _value(entry.value)) for key, entry in node.entries.items()}
        entries = {k: Entry(key, v) for k, (key, v) in kept.items() if v is not None}
        return Mapping(entries, node.span) if entries or not node.entries else None
    if isinstance(node, Sequence):
        return Sequence(tuple(v for v in map(_value, node.items) if v is not None), node.span)
    return None if isinstance(node, Scalar) and (node.value is None or node.text == "lost") else node
