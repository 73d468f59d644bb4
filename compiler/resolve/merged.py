"""Layers of a spec laid over each other line by line, each value remembering every place that wrote it."""

from collections.abc import Iterator
from collections.abc import Mapping as Named
from dataclasses import dataclass
from typing import TypeAlias

from skillc.compiler.resolve import pipeline
from skillc.compiler.resolve.resolved import JSON, Origin
from skillc.compiler.resolve.value import converted
from skillc.compiler.source.quantity import Measure
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence, Span

Measures: TypeAlias = Named[Path, Measure]
NO_MEASURES: Measures = {}
ONE_OR_MANY = ("weight",)
"""A reward's weight is one number or `{per_goal: [...]}`, and either replaces the other."""
SOURCED = {"value", "source", "unit_as_printed", "note"}
"""Keys of a preset's leaf: `{value: 6 cm, source: "A.2.2"}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value with its history."""

    value: JSON
    """SI."""
    dimension: str
    """Dimension of a measure; `number`, `text`, `switch`, `list`, or `nothing` for null."""
    origins: tuple[Origin, ...]
    """Every place that wrote it, the one that holds last."""
    span: Span
    """Where the value that holds is written."""

    @property
    def removes(self) -> bool:
        """Whether this is a bare null, which takes away what lower layers say."""
        return self.value is None and not self.origins[-1].source


Merged: TypeAlias = Leaf | dict[str, "Merged"] | tuple["Merged", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """An upper layer's value that does not fit what it is laid over."""

    path: Path
    under: Leaf | None
    """None if a group of settings lies below."""
    over: Leaf | None
    """None if a group of settings lies above."""


def layer(node: Node, measures: Measures = NO_MEASURES, path: Path = (), source: str = "") -> Merged:
    """Turn a source node into a layer; a sourced leaf hands its `source` to everything below it.

    Args:
        node: what is written.
        measures: measures that validation parsed, by path; other texts are tried by their unit alone.
        path: of `node` in its file.
        source: of the leaf `node` is the value of.
    """
    if isinstance(node, Mapping):
        if is_sourced(node):
            below = node.entries["value"].value
            where = node.entries.get("source")
            return layer(below, measures, (*path, "value"), _text(where.value) if where else source)
        return {key: layer(entry.value, measures, (*path, key), source) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        items = tuple(layer(item, measures, (*path, index), source) for index, item in enumerate(node.items))
        if any(isinstance(item, Mapping) and not is_sourced(item) for item in node.items):
            return items
        values = [_plain(item) for item in items]
        return Leaf(value=values, dimension="list", origins=(_origin(node.span, source, ""),), span=node.span)
    value, dimension = converted(node, measures.get(path))
    return Leaf(value=value, dimension=dimension, origins=(_origin(node.span, source, node.text),), span=node.span)


def is_sourced(node: Node) -> bool:
    """Whether a mapping is a leaf with its source rather than a group of settings."""
    return isinstance(node, Mapping) and "value" in node.entries and node.entries.keys() <= SOURCED


def merge(under: Merged | None, over: Merged, clashes: list[Clash], path: Path = ()) -> Merged:
    """Lay `over` on `under`: groups merge key by key, lists and values are replaced, a bare null removes.

    `pipeline: {add: [...], remove: [...]}` edits the list below it.

    Nulls stay as marks until `without_removed`, so that they also take away what is laid below later. What does not
    fit (a value over a group, another dimension) is appended to `clashes` and the lower layer holds: those who read
    the result meet the form they know.
    """
    if under is None or _removes(under) or _removes(over):
        return over
    if path[-1:] == ("weight",) and (isinstance(under, dict) or isinstance(over, dict)):
        return over  # one number, or one for each goal or stage: each form takes the place of the others
    if path[-1:] == (pipeline.KEY,) and isinstance(under, Leaf) and isinstance(over, dict):
        return _edited(under, over)
    if isinstance(under, dict) and isinstance(over, dict):
        laid = {key: merge(under.get(key), value, clashes, (*path, key)) for key, value in over.items()}
        return under | laid
    if isinstance(under, Leaf) and isinstance(over, Leaf):
        if not _fits(under, over, path):
            clashes.append(Clash(path=path, under=under, over=over))
            return under
        return Leaf(value=over.value, dimension=over.dimension, origins=under.origins + over.origins, span=over.span)
    if isinstance(under, dict) != isinstance(over, dict) and path[-1:] != ONE_OR_MANY:
        clashes.append(Clash(path=path, under=_leaf(under), over=_leaf(over)))
        return under
    return over


def _edited(under: Leaf, over: dict[str, Merged]) -> Leaf:
    """Return the list of stages `under` with those that `over` adds and removes."""
    lists = {key: node.value for key, node in over.items() if isinstance(node, Leaf) and isinstance(node.value, list)}
    value = pipeline.edited(under.value, add=lists.get("add", []), remove=lists.get("remove", []))
    written = tuple(leaf for _, leaf in leaves(over))
    return Leaf(
        value=value,
        dimension=under.dimension,
        origins=under.origins + tuple(origin for leaf in written for origin in leaf.origins),
        span=written[0].span if written else under.span,
    )


def without_removed(node: Merged) -> Merged | None:
    """Return the layers without the keys a null removed; None if the whole was removed."""
    if isinstance(node, dict):
        kept = {key: without_removed(value) for key, value in node.items()}
        return {key: value for key, value in kept.items() if value is not None}
    return None if _removes(node) else node


def leaves(node: Merged, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Yield every value with its dotted path, in order."""
    if isinstance(node, Leaf):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    else:
        for index, value in enumerate(node):
            yield from leaves(value, f"{path}[{index}]")


def plain(node: Merged) -> JSON:
    """Return the values alone."""
    return _plain(node)


def _plain(node: Merged) -> JSON:
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return [_plain(value) for value in node]


def _removes(node: Merged) -> bool:
    return isinstance(node, Leaf) and node.removes


def _fits(under: Leaf, over: Leaf, path: Path) -> bool:
    """Whether a value may replace another: same dimension, or the lower one says nothing about it."""
    if path[:1] == ("hardware",) and under.dimension == "number":
        return True  # robot profiles are written in bare SI numbers
    if _scales(under) or _scales(over):
        return True  # a factor fits a quantity of every dimension
    free = {"nothing", "text"}
    alike = {under.dimension, over.dimension}
    return under.dimension == over.dimension or bool(alike & free) or alike == {"number", "ratio"}


def _scales(leaf: Leaf) -> bool:
    return isinstance(leaf.value, dict) and leaf.value.get("operation") == "scale"


def _leaf(node: Merged) -> Leaf | None:
    return node if isinstance(node, Leaf) else None


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _origin(span: Span, source: str, text: str) -> Origin:
    return Origin(file=span.file, line=span.line, column=span.column, source=source, text=text)
