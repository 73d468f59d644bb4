"""What two resolved specs say differently. Spelling, order, comments and the place of a value are no difference."""

from dataclasses import dataclass
from typing import Literal

from skillc.compiler.diff.renames import Rename, renamed_path, renamed_value, renames
from skillc.compiler.resolve.drawn import SHARED
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.resolve.shipped import DEFAULTS

UNTOLD = ("language",)
"""Paths that are no part of the meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that differs."""

    path: str
    kind: Literal["changed", "added", "removed", "renamed", "edited"]
    """`edited`: a file that is named as before and has other contents."""
    before: str
    """As written; empty if added."""
    after: str
    """As written; empty if removed."""
    risks: tuple[str, ...] = ()
    """What a reviewer must see: see `risk`."""

    @property
    def section(self) -> str:
        """Top-level key the value belongs to."""
        return self.path.partition(".")[0]


def changes(before: ResolvedSpec, after: ResolvedSpec) -> list[Change]:
    """Return every value that differs, renames first, then in the order of the newer spec, what was removed last."""
    renamed = renames(before, after)
    new = _values(after)
    old = _with_new_names(_values(before), renamed, new)
    found = [Change(path=r.path, kind="renamed", before=r.before, after=r.after) for r in renamed]
    for path, (value, text) in new.items():
        if path not in old:
            found.append(Change(path=path, kind="added", before="", after=text))
        elif not _same(old[path][0], value) and not _same(renamed_value(old[path][0], renamed), value):
            found.append(Change(path=path, kind="changed", before=old[path][1], after=text))
    found += [
        Change(path=path, kind="removed", before=text, after="") for path, (_, text) in old.items() if path not in new
    ]
    shared = {change.path for change in found if change.section == SHARED}
    return [change for change in found if not _repeats(change.path, shared)]


def _repeats(path: str, shared: set[str]) -> bool:
    """Whether a policy's draw changed because the spec's line for all policies did."""
    head, _, quantity = path.partition(f".{SHARED}.")
    return head.startswith("policies.") and f"{SHARED}.{quantity}" in shared


def _with_new_names(
    old: dict[str, tuple[JSON, str]], renamed: list[Rename], new: dict[str, tuple[JSON, str]]
) -> dict[str, tuple[JSON, str]]:
    """Return the older values under the paths that they have after the renames."""
    return {path if path in new else renamed_path(path, renamed): value for path, value in old.items()}


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
        except KeyError:  # limits of a robot are merged into its joints
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
