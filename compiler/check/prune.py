"""Take out of a tree what is already known to be wrong, so that the passes that follow judge only the rest."""

from collections.abc import Iterable
from dataclasses import replace

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Entry, Mapping, Node, Sequence, SourceTree, Span

Places = set[tuple[int, int]]
"""Lines and columns."""

MISSING_KEY = "SK202"
"""Points at the mapping that lacks the key; every other code points at a key, a value, or a place inside a text."""


def prune(tree: SourceTree, findings: Iterable[Diagnostic]) -> SourceTree:
    """Return the tree without the entries and items that findings point at; positions stay as they are.

    A finding on a whole mapping takes the mapping out; what cannot be placed takes nothing out.
    """
    starts: Places = set()
    mappings: Places = set()
    for finding in findings:
        for span in finding.spans[:1]:
            (mappings if finding.code == MISSING_KEY else starts).add((span.line, span.column))
    pruned = _without(tree.root, starts, mappings)
    assert isinstance(pruned, Mapping)
    return replace(tree, root=pruned)


def _without(node: Node, starts: Places, mappings: Places) -> Node:
    if isinstance(node, Mapping):
        kept: dict[str, Entry] = {}
        for key, entry in node.entries.items():
            if _start(entry.key.span) not in starts and not _is_wrong(entry.value, starts, mappings):
                kept[key] = Entry(entry.key, _without(entry.value, starts, mappings))
        return Mapping(kept, node.span)
    if isinstance(node, Sequence):
        if any(_is_wrong(item, starts, mappings) for item in node.items):
            # A list with a hole would shift what its places mean.
            return Sequence((), node.span)
        return Sequence(tuple(_without(item, starts, mappings) for item in node.items), node.span)
    return node


def _is_wrong(node: Node, starts: Places, mappings: Places) -> bool:
    if isinstance(node, Mapping):
        first = next(iter(node.entries.values()), None)
        # A block mapping starts where its first key does; a finding there is about the key.
        on_key = first is not None and _start(first.key.span) == _start(node.span)
        return _start(node.span) in mappings or (not on_key and _start(node.span) in starts)
    if isinstance(node, Sequence):
        first_item = node.items[0] if node.items else None
        on_item = first_item is not None and _start(first_item.span) == _start(node.span)
        return not on_item and _start(node.span) in starts
    return any(_inside(place, node.span) for place in _near(node, starts))


def _near(node: Node, starts: Places) -> Iterable[tuple[int, int]]:
    """Return the places on the lines of a scalar; most scalars are short, so this beats looking at all places."""
    span = node.span
    if span.line == span.end_line and span.end_column - span.column < len(starts):
        return [(span.line, c) for c in range(span.column, span.end_column + 1) if (span.line, c) in starts]
    return starts


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _inside(place: tuple[int, int], span: Span) -> bool:
    return _start(span) <= place < (span.end_line, span.end_column) or place == _start(span)
