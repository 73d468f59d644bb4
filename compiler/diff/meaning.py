"""What two resolved specs say differently. Spelling, order, comments and the place of a value are no difference."""

from dataclasses import dataclass
from typing import Literal

from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.resolve.shipped import DEFAULTS

UNTOLD = ("language",)
"""Paths that are no part of the meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that differs."""

    path: str
    kind: Literal["changed", "added", "removed"]
    before: str
    """As written; empty if added."""
    after: str
    """As written; empty if removed."""

    @property
    def section(self) -> str:
        """Top-level key the value belongs to."""
        return self.path.partition(".")[0]


def changes(before: ResolvedSpec, after: ResolvedSpec) -> list[Change]:
    """Return every value that differs, in the order of the newer spec, what was removed last."""
    old, new = _values(before), _values(after)
    found: list[Change] = []
    for path, (value, text) in new.items():
        if path not in old:
            found.append(Change(path=path, kind="added", before="", after=text))
        elif not _same(old[path][0], value):
            found.append(Change(path=path, kind="changed", before=old[path][1], after=text))
    found += [
        Change(path=path, kind="removed", before=text, after="") for path, (_, text) in old.items() if path not in new
    ]
    return found


def _values(resolved: ResolvedSpec) -> dict[str, tuple[JSON, str]]:
    """Map path -> (SI value, text as written)."""
    found: dict[str, tuple[JSON, str]] = {}
    for path, origins in resolved.origins.items():
        if path.startswith(UNTOLD):
            continue
        text = origins[-1].text
        if origins[-1].file == f"skillc:specs/{DEFAULTS}":
            text += " (default)"
        try:
            value = resolved.at(path)
        except KeyError:  # a robot's joints are a list in the profile and a mapping where they are written
            value = text
        found[path] = value, text or _shown(value)
    return found


def _same(before: JSON, after: JSON) -> bool:
    if isinstance(before, float) and isinstance(after, (int, float)) and not isinstance(after, bool):
        # 2.5 cm and 25 mm differ by rounding alone.
        return abs(before - after) <= 1e-12 * max(abs(before), abs(after))
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(_same(before[key], after[key]) for key in before)
    return bool(before == after)


def _shown(value: JSON) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return "lost" if value is None else str(value)
