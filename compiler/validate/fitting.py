"""Whether a node could be meant by a rule."""

from collections.abc import Sequence as Ordered
from typing import Any

from skillc.compiler.source.tree import Mapping, Node, Scalar, Sequence
from skillc.compiler.validate.schema import Rule


def has_type(node: Node, types: Ordered[str]) -> bool:
    """Tell whether a node is of one of the types."""
    if isinstance(node, Mapping):
        return "object" in types
    if isinstance(node, Sequence):
        return "array" in types
    value = node.value
    if value is None:
        return "null" in types
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, str):
        return "string" in types
    if isinstance(value, int):
        return "integer" in types or "number" in types
    return "number" in types or ("integer" in types and value.is_integer())


def is_number(node: Node) -> bool:
    """Tell whether a node is a bare number."""
    return isinstance(node, Scalar) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def is_among(node: Node, choices: Ordered[Any]) -> bool:
    """Tell whether a node is one of the choices."""
    if not isinstance(node, Scalar):
        return False
    # 1 == True in Python but not in JSON.
    return any(choice == node.value and isinstance(choice, bool) == isinstance(node.value, bool) for choice in choices)


def could_be(node: Node, rule: Rule) -> bool:
    """Tell whether a node may be meant by a rule, whatever is wrong inside it."""
    if rule.any_of:
        return any(could_be(node, branch) for branch in rule.any_of)
    if rule.enum is not None:
        return is_among(node, rule.enum)
    return not rule.types or has_type(node, rule.types)


def no_annotation(node: Node, rule: Rule) -> bool:
    """Whether a mapping has no key of a value with its source, which it then was not meant to be."""
    known = rule.raw.get("properties", ())
    return bool(rule.marks.get("x-annotated")) and isinstance(node, Mapping) and not set(known) & node.entries.keys()


def shared_keys(node: Node, rule: Rule) -> int:
    """Return how many keys a node shares with a rule's."""
    if not isinstance(node, Mapping):
        return 1 if rule.marks.get("x-measure") else 0
    required = rule.raw.get("required", ())
    return sum(2 if key in required else 1 for key in node.entries if key in rule.raw.get("properties", ()))
