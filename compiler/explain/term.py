"""What the language says about a key or a term: its description, unit and example, from the schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skillc.compiler.source.measured import schemas_at, whole_schema
from skillc.compiler.source.tree import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedTerm:
    """One key or word of the language."""

    place: str
    """Where it is written, e.g. `rewards.flow_tracking`."""
    description: str
    dimension: str
    """Of the measure that is due; empty if none is."""
    examples: tuple[str, ...]


def key(path: str) -> ExplainedTerm | None:
    """Return what the language says about a key given by its full path, or None if there is no such key."""
    parts = _split(path)
    found = schemas_at(parts) if parts else ()
    return _term(path, found) if found else None


def terms(name: str) -> list[ExplainedTerm]:
    """Return what `name` means as a key or a word to choose, each meaning once, at its shortest place."""
    found = [
        _term(place, (schema,))
        for place, schema in _everything(whole_schema(), "", 0)
        if place.rpartition(".")[2] == name or schema.get("const") == name or name in schema.get("enum", ())
    ]
    meanings: dict[str, ExplainedTerm] = {}
    for term in sorted(found, key=lambda term: len(term.place)):
        meanings.setdefault(term.description, term)
    return list(meanings.values())


def names() -> list[str]:
    """Return every key and word of the language."""
    return sorted({place.rpartition(".")[2] for place, _ in _everything(whole_schema(), "", 0)})


def as_text(term: ExplainedTerm) -> str:
    """Return a term as lines."""
    lines = [term.place, f"    {term.description or 'no description'}"]
    if term.dimension:
        lines.append(f"    unit: {term.dimension}")
    if term.examples:
        lines.append(f"    example: {term.place.rpartition('.')[2]}: {term.examples[0]}")
    return "\n".join(lines)


def _split(path: str) -> Path:
    """Split a dotted path into keys the schema knows, trying signal names with their dots."""
    parts = path.split(".")
    for length in range(len(parts)):
        head, tail = parts[:length], ".".join(parts[length:])
        for keys in ((*head, tail), tuple(parts)):
            if schemas_at(keys):
                return keys
    return ()


def _term(place: str, schemas: tuple[Mapping[str, Any], ...]) -> ExplainedTerm:
    description = next((str(s["description"]) for s in schemas if s.get("description")), "")
    dimension = next((str(s["x-dimension"]) for s in schemas if s.get("x-dimension")), "")
    examples = next((tuple(map(_inline, s["examples"])) for s in schemas if s.get("examples")), ())
    return ExplainedTerm(place=place, description=description, dimension=dimension, examples=examples)


def _everything(schema: Mapping[str, Any], place: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (place, schema) of every named property and constant, references opened, to a bounded depth."""
    if depth > 12:
        return
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        if f"<{name}>" in place:
            return
        yield from _everything(whole_schema()["$defs"][name], place, depth + 1)
    for alternative in schema.get("anyOf", ()):
        if "const" in alternative and alternative.get("description"):
            yield f"{place}.{alternative['const']}", alternative
        yield from _everything(alternative, place, depth + 1)
    for key, below in (schema.get("properties") or {}).items():
        yield f"{place}.{key}".lstrip("."), below
        yield from _everything(below, f"{place}.{key}".lstrip("."), depth + 1)
    for below in (schema.get("patternProperties") or {}).values():
        yield from _everything(below, f"{place}.NAME".lstrip("."), depth + 1)
    if "items" in schema:
        yield from _everything(schema["items"], f"{place}[]", depth + 1)


def _inline(example: Any) -> str:
    if isinstance(example, dict):
        return "{" + ", ".join(f"{k}: {_inline(v)}" for k, v in example.items()) + "}"
    if isinstance(example, list):
        return "[" + ", ".join(map(_inline, example)) + "]"
    return str(example)
