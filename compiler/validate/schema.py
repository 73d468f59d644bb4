"""The language's JSON Schema, prepared for walking a source tree.

Only the keywords the schemas use are known; an unknown keyword is a programming error and raises. Annotations that
start with `x-` say what JSON Schema cannot: dimensions, references, conditions. A `$ref` may have annotations
beside it, which then win over those of its target. `x-settings` continues in `settings.v1.json`, which is read only
for specs that change settings.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

# Reading beside the package, not through importlib.resources, keeps 10 ms out of every start.
SCHEMA_FOLDER = Path(__file__).parents[2] / "specs" / "schema"

_STRUCTURE = ("type", "properties", "patternProperties", "additionalProperties", "required", "items", "anyOf")
_LIMITS = (
    *("const", "enum", "pattern", "maxLength", "minimum", "maximum", "exclusiveMinimum"),
    *("minItems", "maxItems", "minProperties", "maxProperties"),
)
_KNOWN = frozenset((*_STRUCTURE, *_LIMITS, "$schema", "$defs", "$ref", "title", "description", "examples"))
_SCALAR_TYPES = frozenset(("string", "number", "integer", "boolean", "null"))


class Rule:
    """One schema, its parts prepared when they are first needed."""

    __slots__ = ("_children", "_root", "any_of", "enum", "marks", "pattern", "patterns", "raw", "types")

    def __init__(self, raw: dict[str, Any], root: "SchemaRoot", inherited: dict[str, Any]) -> None:
        """Follow `$ref` and gather annotations; `inherited` are those of the schema this is a branch of."""
        unknown = {key for key in raw if key not in _KNOWN and not key.startswith("x-")}
        if unknown:
            raise ValueError(f"the walker does not know the schema keywords {sorted(unknown)}")
        while "$ref" in raw:
            target, root = root.definition(raw["$ref"])
            raw = target | {key: value for key, value in raw.items() if key != "$ref"}
        if "x-settings" in raw:
            root = schema("settings")
            raw = raw | root.raw["properties"][raw["x-settings"]]
        self.raw = raw
        self._root = root
        self._children: dict[str, Rule] = {}
        self.marks: dict[str, Any] = {key: value for key, value in raw.items() if key.startswith("x-")} | inherited
        kinds = raw.get("type", ())
        self.types: tuple[str, ...] = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        self.enum: tuple[Any, ...] | None = (
            (raw["const"],) if "const" in raw else tuple(raw["enum"]) if "enum" in raw else None
        )
        self.pattern = _compiled(raw["pattern"]) if "pattern" in raw else None
        self.patterns = [(_compiled(p), p) for p in raw.get("patternProperties", ())]
        limits = {key: value for key, value in self.marks.items() if key in ("x-above", "x-least", "x-most")}
        self.any_of = [Rule(branch, root, limits) for branch in raw.get("anyOf", ())]

    def key_rule(self, key: str) -> "Rule | None":
        """Return the rule of a mapping's key, or None if the key is unknown."""
        if key in self._children:
            return self._children[key]
        raw = self.raw.get("properties", {}).get(key)
        if raw is None:
            raw = next(
                (self.raw["patternProperties"][text] for pattern, text in self.patterns if pattern.search(key)), None
            )
        if raw is None:
            extra = self.raw.get("additionalProperties", True)
            raw = extra if isinstance(extra, dict) else {} if extra else None
        if raw is None:
            return None
        rule = Rule(raw, self._root, {})
        self._children[key] = rule
        return rule

    @property
    def item_rule(self) -> "Rule":
        """Return the rule of a list's items."""
        if "[]" not in self._children:
            self._children["[]"] = Rule(self.raw.get("items", {}), self._root, {})
        return self._children["[]"]

    @property
    def description(self) -> str:
        """Return the description, without a full stop."""
        return str(self.raw.get("description", "")).rstrip(".")

    @property
    def takes_scalars(self) -> bool:
        """Say whether some scalar could be valid here."""
        if self.any_of:
            return any(branch.takes_scalars for branch in self.any_of)
        return self.enum is not None or not self.types or bool(_SCALAR_TYPES & set(self.types))


class SchemaRoot:
    """One schema file."""

    def __init__(self, raw: dict[str, Any]) -> None:
        """Keep the file's content; rules are made on demand."""
        self.raw = raw
        self.rule = Rule({key: value for key, value in raw.items() if key != "$defs"}, self, {})

    def definition(self, reference: str) -> tuple[dict[str, Any], "SchemaRoot"]:
        """Return the target of a `$ref`, in this file or in another of the schemas, and the file it is in."""
        file, _, pointer = reference.partition("#/")
        root = schema(file.removesuffix(".v1.json")) if file else self
        node: dict[str, Any] = root.raw
        for key in pointer.split("/"):
            node = node[key]
        return node, root


@cache
def schema(name: str = "skill") -> SchemaRoot:
    """Return the shipped schema `NAME.v1.json`."""
    return SchemaRoot(json.loads((SCHEMA_FOLDER / f"{name}.v1.json").read_text(encoding="utf-8")))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # In JSON Schema `$` is the end; in Python it also matches before a last newline.
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern)
