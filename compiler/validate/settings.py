"""The settings of a method as `specs/schema/settings.v1.json` declares them: what each is, and between which values."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.tree import Path
from skillc.compiler.validate.schema import Rule, schema

NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One number, list or word that a method sets and a spec may override."""

    path: Path
    """Below `method`: `("stages", "landmarks", "detection")`."""
    meaning: str
    between: str
    """Its ends, or the words to choose from; empty where the meaning says all."""
    not_above: str
    """The setting beside it that must not be smaller; empty for none."""
    ascending: bool
    """Whether it is a list whose values may not fall."""


@cache
def settings() -> tuple[Setting, ...]:
    """Return every setting, in the order of the schema."""
    return tuple(_below(schema("settings").rule, ()))


def setting(path: Path) -> Setting | None:
    """Return the setting at a path below `method`, or None if the schema has none there."""
    return next((found for found in settings() if found.path == path), None)


def _below(rule: Rule, path: Path) -> Iterator[Setting]:
    for key in rule.raw.get("properties", ()):
        below = rule.key_rule(key)
        assert below is not None
        if "properties" in below.raw:
            yield from _below(below, (*path, key))
        else:
            yield Setting(
                path=(*path, key),
                meaning=below.description,
                between=_between(below),
                not_above=str(below.marks.get("x-not-above", "")),
                ascending=bool(below.marks.get("x-ascending")),
            )


def _between(rule: Rule) -> str:
    choices = [str(choice) for branch in rule.any_of for choice in branch.enum or ()]
    if choices:
        return ", ".join(choices)
    dimension = next((str(b.marks["x-dimension"]) for b in rule.any_of if "x-dimension" in b.marks), NUMBER)
    marks: dict[str, Any] = rule.marks
    lower = ""
    if "x-above" in marks:
        lower = f"above {_shown(marks['x-above'], dimension)}"
    if "x-least" in marks:
        lower = f"at least {_shown(marks['x-least'], dimension)}"
    upper = f"at most {_shown(marks['x-most'], dimension)}" if "x-most" in marks else ""
    return ", ".join(end for end in (lower, upper) if end)


def _shown(value: float, dimension: str) -> str:
    return f"{value:g}" if dimension in (NUMBER, "ratio") else format_si(value, dimension)
