"""The source tree: a spec's text as nodes that know exactly where they were written.

A tree guarantees what the loader checked: one document, a mapping at the top, no duplicate keys, no aliases or tags,
bounded depth and size, only finite numbers, and no scalar that two YAML versions would read differently. It says
nothing about meaning; that is what validation is for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of the document; `()` is the document itself."""


def path_text(path: Path) -> str:
    """Write a path as it is shown to people: `scene.objects.apple.at[0]`; the document itself is an empty text."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{key}" if text else key
    return text


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    file: str
    """The path as the user gave it, or `skillc:specs/...` for a shipped preset."""
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf: the text as written and the value it stands for."""

    text: str
    """The scalar's content after YAML unquoting; for numbers and words exactly as written."""
    value: bool | int | float | str | None
    """JSON value of the text; quoted text is always a str; numbers are finite."""
    quoted: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` line of a mapping."""

    key: Scalar
    """Its `value` is always a str."""
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys in the order written."""

    entries: dict[str, Entry]
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """List items in the order written."""

    items: tuple["Node", ...]
    span: Span


Node: TypeAlias = Scalar | Mapping | Sequence


@dataclass(frozen=True, slots=True)
class SourceTree:
    """One loaded file."""

    file: str
    """The path as the user gave it."""
    text: str
    """The whole file, decoded; renderers quote lines from it."""
    root: Mapping

    def at(self, path: Path) -> Node | None:
        """Return the node at a path, or None where nothing is written."""
        node: Node = self.root
        for key in path:
            if isinstance(node, Mapping) and isinstance(key, str) and key in node.entries:
                node = node.entries[key].value
            elif isinstance(node, Sequence) and isinstance(key, int) and 0 <= key < len(node.items):
                node = node.items[key]
            else:
                return None
        return node

    def value_span(self, path: Path) -> Span:
        """Return where the value at a path is written, or its nearest written ancestor where it is absent."""
        for length in range(len(path), -1, -1):
            node = self.at(path[:length])
            if node is not None:
                return node.span
        return self.root.span

    def key_span(self, path: Path) -> Span:
        """Return where the key that ends a path is written; list items and absent keys give `value_span`."""
        if path and isinstance(path[-1], str):
            parent = self.at(path[:-1])
            if isinstance(parent, Mapping) and path[-1] in parent.entries:
                return parent.entries[path[-1]].key.span
        return self.value_span(path)


def as_plain(node: Node) -> Any:
    """Return the node as plain dict, list and scalar values, without positions."""
    if isinstance(node, Mapping):
        return {key: as_plain(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [as_plain(item) for item in node.items]
    return node.value


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield every node below and including `node`, parents first, in the order written."""
    yield path, node
    if isinstance(node, Mapping):
        for key, entry in node.entries.items():
            yield from walk(entry.value, (*path, key))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from walk(item, (*path, index))
