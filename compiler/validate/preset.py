"""The passes over a preset: the file of a method, a robot or a task type has the form of its schema.

In a preset any value may be written with its source, and any may be null: lost in a paper, or taken out of what the
preset extends. Both are looked through, so that the same schema describes presets and specs.
"""

from dataclasses import replace
from typing import Literal, TypeAlias

from skillc.compiler.source.diagnostic import Diagnostic, in_order
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Entry, Mapping, Node, Scalar, Sequence, SourceTree, Span
from skillc.compiler.validate.conditions import check_conditions
from skillc.compiler.validate.measures import parse_measures
from skillc.compiler.validate.nearest import did_you_mean, listed
from skillc.compiler.validate.schema import Rule, schema
from skillc.compiler.validate.structure import check_structure
from skillc.compiler.validate.weights import check_weights

Kind: TypeAlias = Literal["method", "hardware", "task"]
ANNOTATIONS = frozenset(("value", "source", "unit_as_printed"))
_READ_ELSEWHERE = ("summary", "placement")
"""Keys of a robot's profile outside its schema: a text for people, and where the robot stands."""
_INCOMPLETE = "SK202"
"""A preset that extends another, or leaves a value lost, may leave out what its schema requires."""


def check_preset(tree: SourceTree, kind: Kind, *, complete: bool = False) -> list[Diagnostic]:
    """Return every finding on a preset's form, units and conditions.

    Args:
        tree: the preset.
        kind: which schema it follows.
        complete: whether everything a build needs must be there (`x-complete` at the top, `required` below): a
            preset that nothing is merged with.
    """
    plain = values_only(tree)
    structure = check_structure(plain.root, schema(kind).rule)
    _, _, findings = parse_measures(structure.marked, draft=True)
    findings += check_conditions(structure.marked)
    findings += check_weights(plain.root, structure.marked)
    findings += [d for d in structure.findings if complete or d.code != _INCOMPLETE or "." not in d.path]
    if complete:
        findings += [*_missing(plain, schema(kind).rule), *_unknown(plain, schema(kind).rule)]
    return in_order(findings)


def _missing(tree: SourceTree, rule: Rule) -> list[Diagnostic]:
    """Report keys that the top level of a complete preset lacks."""
    start = tree.root.span
    return [
        Diagnostic(
            code=_INCOMPLETE,
            summary=f"the key `{key}` is missing",
            detail=below.description if (below := rule.key_rule(key)) else "",
            path=key,
            spans=(Span(start.file, start.line, start.column, start.line, start.column + 1),),
        )
        for key in rule.marks.get("x-complete", ())
        if key not in tree.root.entries
    ]


def _unknown(tree: SourceTree, rule: Rule) -> list[Diagnostic]:
    """Report keys at the top that nothing reads."""
    known = (*rule.raw["properties"], *_READ_ELSEWHERE)
    return [
        Diagnostic(
            code="SK201",
            summary=f"unknown key `{shorten(key)}`",
            detail=f"keys here: {listed(known, 14)}",
            hint=did_you_mean(key, known),
            path=key,
            spans=(entry.key.span,),
        )
        for key, entry in tree.root.entries.items()
        if key not in known
    ]


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
