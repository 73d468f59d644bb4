"""Where in a spec a key may be written, for keys that stand at the wrong level."""

from collections.abc import Iterator
from functools import cache

from skillc.compiler.source.tree import Node, Scalar
from skillc.compiler.validate.conditions import check_conditions
from skillc.compiler.validate.measures import parse_measures
from skillc.compiler.validate.schema import Rule, schema
from skillc.compiler.validate.structure import fitting

MOST_DEPTH = 7
MOST_PLACES = 2
"""A key that more groups have (`weight`, `size`) says little about where it was meant."""


def belongs(key: str, value: Node, section: str) -> str:
    """Return the hint for a key that is known elsewhere; empty where none is near.

    Args:
        key: as written.
        value: what is written there; a place that would refuse it is not proposed.
        section: where it is written; places there come first.
    """
    places = [place for place, rule in _places().get(key, {}).items() if _takes(rule, value)]
    near = [place for place in places if place.partition(".")[0] == section] or ([""] if "" in places else places)
    if not near or len(near) > MOST_PLACES:
        return ""
    return f"`{key}` belongs " + " or ".join(f"in `{place}`" if place else "at the start of its line" for place in near)


def _takes(rule: Rule, value: Node) -> bool:
    if isinstance(value, Scalar) and value.value is None:
        return True  # What belongs below it stands beside it.
    found = fitting(value, rule)
    return found is not None and not parse_measures(found, draft=True)[2] and not check_conditions(found)


@cache
def _places() -> dict[str, dict[str, Rule]]:
    found: dict[str, dict[str, Rule]] = {}
    for place, key, rule in _keys(schema().rule, "", 0):
        found.setdefault(key, {}).setdefault(place, rule)
    return found


def _keys(rule: Rule, place: str, depth: int) -> Iterator[tuple[str, str, Rule]]:
    """Yield (group, key, rule) of everything below a rule; names that the spec gives stand as NAME."""
    if depth > MOST_DEPTH:
        return
    for branch in rule.any_of:
        if not branch.marks.get("x-annotated"):
            yield from _keys(branch, place, depth + 1)
    for key in rule.raw.get("properties", ()):
        below = rule.key_rule(key)
        assert below is not None
        yield place, key, below
        yield from _keys(below, f"{place}.{key}" if place else key, depth + 1)
    for raw in rule.raw.get("patternProperties", {}).values():
        if not raw.get("x-keys"):
            yield from _keys(Rule(raw, schema(), {}), f"{place}.NAME" if place else "NAME", depth + 1)
    if rule.raw.get("items"):
        yield from _keys(rule.item_rule, place, depth + 1)
