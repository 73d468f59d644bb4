"""How a finding about structure names what was expected and what is there."""

from typing import Any

from skillc.compiler.source.parse_quantity import article
from skillc.compiler.source.scalar import ScalarError, plain_value, shorten
from skillc.compiler.source.tree import Mapping, Node, Path, Scalar, Sequence
from skillc.compiler.validate.schema import Rule

_TYPE_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}


def expectation(rule: Rule) -> str:
    """Return what a rule expects, in words."""
    if rule.marks.get("x-measure"):
        dimension = rule.marks.get("x-dimension", "number")
        return "a range" if dimension in ("number", "any") else article(dimension)
    if rule.enum is not None:
        return " or ".join(f"`{choice}`" for choice in rule.enum[:6])
    if rule.any_of:
        return " or ".join(dict.fromkeys(expectation(b) for b in rule.any_of if not b.marks.get("x-annotated")))
    return " or ".join(_TYPE_NAMES[name] for name in rule.types) or "a value"


def unquoted(node: Scalar) -> str:
    """Return a text in quotes as the number or truth value it would be without them; empty if it would be neither."""
    try:
        return "" if isinstance(plain_value(node.text), str | None) else node.text
    except ScalarError:
        return ""


def found_kind(node: Node) -> str:
    """Return what a node is, in words."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "empty"
    kind = {bool: "the truth value", int: "the number", float: "the number", str: "the text"}[type(node.value)]
    return f"{kind} `{shorten(node.text)}`"


def named(path: Path) -> str:
    """Return `size`, item 2 of `size`, or the document."""
    last = next((key for key in reversed(path) if isinstance(key, str)), None)
    if last is None:
        return f"item {path[-1] + 1}" if path and isinstance(path[-1], int) else "the document"
    return f"item {path[-1] + 1} of `{last}`" if isinstance(path[-1], int) else f"`{last}`"


def as_yaml(example: Any) -> str:
    """Return an example as YAML in one line."""
    if isinstance(example, dict):
        return "{" + ", ".join(f"{key}: {as_yaml(value)}" for key, value in example.items()) + "}"
    if isinstance(example, list):
        return "[" + ", ".join(as_yaml(value) for value in example) + "]"
    return str(example).lower() if isinstance(example, bool) else str(example)


def example_of(name: str) -> str:
    """Return a hint with an example; empty without one."""
    return f"write for example `{name}`" if name else ""
