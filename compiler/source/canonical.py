"""The one way to write a spec: `skillc fmt`. Comments stay where they belong, and writing it again changes nothing.

Two spaces of indentation, the language's order of sections with an empty line between them, measures spelled with
`±`, `×` and one space before the unit, quotes only where YAML needs them. Nested keys keep the writer's order, flow
collections stay on their line while they fit and hold no comment.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from skillc.compiler.source.comments import Comment, comments
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.scalar import ScalarError, plain_value
from skillc.compiler.source.spelling import spelled
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, SourceTree, as_plain

WIDTH = 110
SECTIONS = (
    *("skill", "language", "summary", "extends", "demonstrations", "cameras", "scene", "task", "goals"),
    *("hardware", "method", "policies", "reset", "tune", "randomization", "evaluation", "rewards", "deploy"),
)
"""Order of a spec's sections; others come after them as written."""

_SAFE = re.compile(r"(?:[^\W_]|[_.±×<+/]|-(?=[\d.]))(?:[^\x00-\x1f:#]|:(?=\S)|(?<=\S)#)*")
"""Texts that stand without quotes in a block; in a flow collection they hold none of `FLOW` besides."""
FLOW = frozenset("[]{},")


class FormatChangedMeaningError(AssertionError):
    """The formatter's own check failed: its output would not be read as the same spec."""


def canonical(tree: SourceTree, is_measure: Callable[[Path], bool]) -> str:
    """Return the file's canonical text.

    Args:
        tree: the file.
        is_measure: whether the value at a path is a measure, whose spelling may be normalised.

    Raises:
        FormatChangedMeaningError: never for a tree the loader made; the output is loaded again and compared.
    """
    text = _Writer(tree, is_measure).write()
    again = as_plain(load_bytes(text.encode(), tree.file).root)
    if _spelled_values(again, (), is_measure) != _spelled_values(as_plain(tree.root), (), is_measure):
        raise FormatChangedMeaningError(f"formatting {tree.file} would change its meaning")
    return text


@dataclass(slots=True)
class _Place:
    """A line of the output that comments can belong to: an entry or a list item."""

    line: int
    column: int
    path: Path
    before: list[Comment] = field(default_factory=list)
    beside: list[Comment] = field(default_factory=list)
    after: list[Comment] = field(default_factory=list)


class _Writer:
    def __init__(self, tree: SourceTree, is_measure: Callable[[Path], bool]) -> None:
        self.tree, self.is_measure = tree, is_measure
        self.lines = tree.text.splitlines()
        self.comments = comments(tree)
        self.places = {place.path: place for place in self._places(tree.root, ())}
        self.header: list[Comment] = []
        self.footer: list[Comment] = []
        self._attach()

    def write(self) -> str:
        root = self.tree.root.entries
        order = [key for key in SECTIONS if key in root] + [key for key in root if key not in SECTIONS]
        out = [line for comment in self.header for line in self._alone(comment, "", first=comment is self.header[0])]
        if self.header and self._blank_at(self.header[-1].line + 1):
            out.append("")
        previous_block = False
        for key in order:
            block = self._is_block(root[key].value, (key,))
            if out and out[-1] and key != order[0] and (block or previous_block or self._blank_before((key,))):
                out.append("")
            out += self._entry((key,), root[key].key, root[key].value, "")
            previous_block = block
        for comment in self.footer:
            out += self._alone(comment, "", first=False)
        return "\n".join(out) + "\n"

    def _places(self, node: Node, path: Path) -> Iterator[_Place]:
        if not self._is_block(node, path):
            return
        if isinstance(node, Mapping):
            for key, entry in node.entries.items():
                span = entry.key.span
                yield _Place(span.line, span.column, (*path, key))
                yield from self._places(entry.value, (*path, key))
        elif isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                yield _Place(self._dash_line(item), item.span.column - 2, (*path, index))
                yield from self._places(item, (*path, index))

    def _dash_line(self, item: Node) -> int:
        """Return the line of an item's dash, which may stand above its value with comments between."""
        start = item.span
        if self.lines[start.line - 1][: start.column - 1].rstrip().endswith("-"):
            return start.line
        for number in range(start.line - 1, 0, -1):
            text = self.lines[number - 1].strip()
            if text and not text.startswith("#"):
                return number
        return start.line

    def _is_block(self, node: Node, path: Path) -> bool:
        """Whether a collection is written on lines of its own."""
        if isinstance(node, Scalar) or not (node.entries if isinstance(node, Mapping) else node.items):
            return False
        if self._raw(node)[:1] not in ("{", "["):
            return True
        span = node.span
        inside = any(
            (span.line, span.column) < (c.line, c.column) < (span.end_line, span.end_column) for c in self.comments
        )
        indent = 2 * (len(path) - 1)
        lead = f"{path[-1]}: " if path and isinstance(path[-1], str) else "- "
        return inside or indent + len(lead) + len(self._flow(node, path)) > WIDTH

    def _raw(self, node: Node) -> str:
        return self.lines[node.span.line - 1][node.span.column - 1 :] if self.lines else ""

    def _attach(self) -> None:
        """Give every comment to the place it belongs to."""
        places = sorted(self.places.values(), key=lambda place: (place.line, place.column))
        for comment in self.comments:
            earlier = [p for p in places if (p.line, p.column) < (comment.line, comment.column)]
            later = next((p for p in places if p.line > comment.line), None)
            if not earlier:
                self.header.append(comment)
            elif not comment.alone:
                earlier[-1].beside.append(comment)
            elif later is not None and comment.column <= later.column:
                later.before.append(comment)
            else:
                self._attach_below(self._open_at(earlier[-1], comment.column), later, comment)

    def _attach_below(self, place: _Place, later: _Place | None, comment: Comment) -> None:
        """Give a comment to the block it ends; sections move, so between them it belongs to the next one."""
        if len(place.path) > 1:
            place.after.append(comment)
        elif later is not None:
            later.before.append(comment)
        else:
            self.footer.append(comment)

    def _open_at(self, place: _Place, column: int) -> _Place:
        """Return the innermost place around `place` that is not indented deeper than a comment."""
        while place.column > column and len(place.path) > 1:
            place = self.places[place.path[:-1]]
        return place

    def _entry(self, path: Path, key: Scalar, value: Node, indent: str) -> Iterator[str]:
        """Yield the lines of one `key: value` with its comments."""
        place = self.places[path]
        yield from self._before(place, indent)
        beside = "".join(f" {comment.text}" for comment in place.beside[:1])
        yield from (indent + comment.text for comment in place.beside[1:])
        head = f"{indent}{_plain_or_quoted(key)}:"
        if self._is_block(value, path):
            yield head + beside
            yield from self._block(value, path, indent + "  ")
        else:
            text = self._inline(value, path, indent + "  ")
            lines = f"{head} {text}".rstrip().split("\n")
            yield lines[0] + beside
            yield from lines[1:]
        yield from self._after(place, indent)

    def _block(self, node: Node, path: Path, indent: str) -> Iterator[str]:
        if isinstance(node, Mapping):
            for number, (key, entry) in enumerate(node.entries.items()):
                if number and self._blank_before((*path, key)):
                    yield ""
                yield from self._entry((*path, key), entry.key, entry.value, indent)
        elif isinstance(node, Sequence):
            for index, item in enumerate(node.items):
                if index and self._blank_before((*path, index)):
                    yield ""
                yield from self._item((*path, index), item, indent)

    def _item(self, path: Path, item: Node, indent: str) -> Iterator[str]:
        place = self.places[path]
        yield from self._before(place, indent)
        if self._is_block(item, path):
            inner = list(self._block(item, path, indent + "  "))
            # The first line that is no comment carries the dash.
            yield from (indent + comment.text for comment in place.beside)
            leading = _leading(inner)
            yield from (indent + line.strip() for line in leading if line.strip())
            rest = inner[len(leading) :]
            yield f"{indent}- {rest[0].strip()}"
            yield from rest[1:]
        else:
            beside = "".join(f" {comment.text}" for comment in place.beside[:1])
            yield from (indent + comment.text for comment in place.beside[1:])
            lines = f"{indent}- {self._inline(item, path, indent + '  ')}".rstrip().split("\n")
            yield lines[0] + beside
            yield from lines[1:]
        yield from self._after(place, indent)

    def _before(self, place: _Place, indent: str) -> Iterator[str]:
        for number, comment in enumerate(place.before):
            yield from self._alone(comment, indent, first=number == 0)
        if place.before and self._blank_at(place.line - 1):
            yield ""

    def _after(self, place: _Place, indent: str) -> Iterator[str]:
        for comment in place.after:
            yield from self._alone(comment, indent, first=False)

    def _alone(self, comment: Comment, indent: str, *, first: bool) -> Iterator[str]:
        if comment.after_blank and not first:
            yield ""
        yield indent + comment.text

    def _blank_before(self, path: Path) -> bool:
        place = self.places[path]
        if place.before:
            return place.before[0].after_blank
        return self._blank_at(place.line - 1)

    def _blank_at(self, line: int) -> bool:
        """Whether a line, counted from 1, exists and is blank."""
        return 0 < line <= len(self.lines) and not self.lines[line - 1].strip()

    def _inline(self, node: Node, path: Path, indent: str) -> str:
        """Return the text of a value that starts on its key's line."""
        if not isinstance(node, Scalar):
            return self._flow(node, path)
        raw = self._raw(node)
        if node.quoted and raw[:1] in ("|", ">"):
            return self._literal(node, raw, indent)
        return self._scalar(node, path, flow=False)

    def _literal(self, node: Scalar, raw: str, indent: str) -> str:
        """Return a block text with its own line breaks, indented anew."""
        if re.match(r"[|>][+-]?\d", raw) or not node.text.strip():
            return _quoted(node.text)
        body = self.lines[node.span.line : node.span.end_line - (node.span.end_column == 1)]
        while body and not body[-1].strip() and "+" not in raw[:3]:
            body.pop()
        margin = min((len(line) - len(line.lstrip(" ")) for line in body if line.strip()), default=0)
        return "\n".join([raw.rstrip(), *(indent + line[margin:] if line.strip() else "" for line in body)])

    def _flow(self, node: Node, path: Path) -> str:
        if isinstance(node, Scalar):
            return self._scalar(node, path, flow=True)
        if isinstance(node, Mapping):
            inner = [
                f"{_plain_or_quoted(e.key)}: {self._flow(e.value, (*path, k))}".rstrip()
                for k, e in node.entries.items()
            ]
            return "{" + ", ".join(inner) + "}"
        return "[" + ", ".join(self._flow(item, (*path, i)) for i, item in enumerate(node.items)) + "]"

    def _scalar(self, node: Scalar, path: Path, *, flow: bool) -> str:
        if node.value is None:
            return "" if not node.text else "null"
        if isinstance(node.value, bool):
            return "true" if node.value else "false"
        if not isinstance(node.value, str):
            return node.text
        text = spelled(node) if self.is_measure(path) else node.text
        return text if _stands_alone(text, flow=flow) else _quoted(text)


def _leading(lines: list[str]) -> list[str]:
    """Return the comments and empty lines before a block's first entry."""
    count = next((i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), len(lines))
    return lines[:count]


def _plain_or_quoted(key: Scalar) -> str:
    return key.text if _stands_alone(key.text, flow=True) else _quoted(key.text)


def _stands_alone(text: str, *, flow: bool) -> bool:
    """Whether YAML reads the bare text as this very text."""
    if not _SAFE.fullmatch(text) or (flow and (FLOW & set(text) or ":" in text)):
        return False
    try:
        return text == text.strip() and plain_value(text) == text
    except ScalarError:
        return False


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _spelled_values(value: object, path: Path, is_measure: Callable[[Path], bool]) -> object:
    """Return plain values with measures in their canonical spelling, for comparison."""
    if isinstance(value, dict):
        return {key: _spelled_values(item, (*path, key), is_measure) for key, item in value.items()}
    if isinstance(value, list):
        return [_spelled_values(item, (*path, index), is_measure) for index, item in enumerate(value)]
    if isinstance(value, str) and is_measure(path):
        return spelled(Scalar(value, value, True, _NOWHERE))
    return value


_NOWHERE = load_bytes(b"a: b", "").root.span
