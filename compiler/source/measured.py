"""Where the language puts measures: asked of the schema, path by path."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any, TypeAlias

from skillc.compiler.source.tree import Path

_SCHEMA = FilePath(__file__).parents[2] / "specs" / "schema" / "skill.v1.json"

Schema: TypeAlias = Mapping[str, Any]


def is_measure(path: Path) -> bool:
    """Whether the value at a path of a spec may be a measure (a quantity, range, distribution or comparison)."""
    return any("x-measure" in schema for schema in schemas_at(path))


@cache
def schemas_at(path: Path) -> tuple[Schema, ...]:
    """Return every schema that may describe the value at a path, references and alternatives opened."""
    found = tuple(_opened(whole_schema()))
    for key in path:
        found = tuple(below for schema in found for child in _child(schema, key) for below in _opened(child))
    return found


@cache
def whole_schema() -> Schema:
    """Return the language's JSON Schema."""
    schema: Schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return schema


def _opened(schema: Schema) -> Iterator[Schema]:
    yield schema
    if "$ref" in schema:
        yield from _opened(whole_schema()["$defs"][schema["$ref"].rpartition("/")[2]])
    for alternative in schema.get("anyOf", ()):
        yield from _opened(alternative)


def _child(schema: Schema, key: str | int) -> Iterator[Schema]:
    if isinstance(key, int):
        if "items" in schema:
            yield schema["items"]
        return
    if schema.get("x-annotated") and key == "value":
        yield {"x-measure": True}
    if key in schema.get("properties", {}):
        yield schema["properties"][key]
    for pattern, child in schema.get("patternProperties", {}).items():
        if re.search(pattern, key):
            yield child
