"""The comments of a file, which the tree does not hold, with the place each belongs to."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from skillc.compiler.source.tree import Mapping, Node, Scalar, SourceTree, Span, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment, without its line's indentation."""

    line: int
    column: int
    """Of the `#`; both count from 1."""
    text: str
    """From the `#` to the end of the line, without trailing blanks."""
    alone: bool
    """Nothing but blanks stands before it."""
    after_blank: bool
    """An empty line stands before it."""


def comments(tree: SourceTree) -> list[Comment]:
    """Return a file's comments in order: every `#` that starts a word outside of all scalars, to its line's end."""
    spans = sorted(_scalar_spans(tree.root), key=lambda span: (span.line, span.column))
    starts = [(span.line, span.column) for span in spans]
    lines = tree.text.splitlines()
    found: list[Comment] = []
    for number, line in enumerate(lines, start=1):
        column = _hash(line, number, spans, starts)
        if column:
            found.append(
                Comment(
                    line=number,
                    column=column,
                    text=line[column - 1 :].rstrip(),
                    alone=not line[: column - 1].strip(),
                    after_blank=number > 1 and not lines[number - 2].strip(),
                )
            )
    return found


def _hash(line: str, number: int, spans: list[Span], starts: list[tuple[int, int]]) -> int:
    """Return the column where a line's comment starts, or 0."""
    at = line.find("#")
    while at >= 0:
        place = (number, at + 1)
        inside = bisect_right(starts, place) - 1
        if (at == 0 or line[at - 1] in " \t") and not (inside >= 0 and _holds(spans[inside], place)):
            return at + 1
        at = line.find("#", at + 1)
    return 0


def _holds(span: Span, place: tuple[int, int]) -> bool:
    return (span.line, span.column) <= place < (span.end_line, span.end_column)


def _scalar_spans(root: Node) -> Iterator[Span]:
    for _, node in walk(root):
        if isinstance(node, Scalar):
            yield node.span
        elif isinstance(node, Mapping):
            for entry in node.entries.values():
                yield entry.key.span
