"""Things that only got another name: what they are is the same, and what refers to them says the new name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

GROUPS = {"object": "scene.objects", "camera": "cameras", "policy": "policies", "state": "deploy.states"}
"""Kind of thing -> where the spec gives it a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """One thing under two names."""

    kind: str
    path: str
    """Where it is named now."""
    before: str
    after: str


def renames(before: ResolvedSpec, after: ResolvedSpec) -> list[Rename]:
    """Return what has another name and is otherwise the same, where only one thing can have become another."""
    found: list[Rename] = []
    for kind, place in GROUPS.items():
        old, new = before.section(place), after.section(place)
        gone, came = [name for name in old if name not in new], [name for name in new if name not in old]
        for name in gone:
            same = [other for other in came if _renamed(old[name], name, other) == new[other]]
            rivals = [other for other in gone if same and _renamed(old[other], other, same[0]) == new[same[0]]]
            if len(same) == 1 and len(rivals) == 1:
                found.append(Rename(kind=kind, path=f"{place}.{same[0]}", before=name, after=same[0]))
    return found


def renamed_path(path: str, found: list[Rename]) -> str:
    """Return a path of the older spec with the new names: in its group, and as the first word of a signal."""
    for rename in found:
        place = rename.path[: -len(rename.after)]
        if path.startswith(place):
            rest = path[len(place) :]
            if re.match(rf"{re.escape(rename.before)}(?=[.\[]|$)", rest):
                path = place + rename.after + rest[len(rename.before) :]
        elif rename.kind == "object":
            path = re.sub(rf"(?<=\.){re.escape(rename.before)}(?=\.)", rename.after, path)
    return path


def renamed_value(value: JSON, found: list[Rename]) -> JSON:
    """Return a value of the older spec with the new names."""
    for rename in found:
        value = _renamed(value, rename.before, rename.after)
    return value


def _renamed(value: JSON, before: str, after: str) -> JSON:
    if isinstance(value, str):
        return after if value == before else f"goto {after}" if value == f"goto {before}" else value
    if isinstance(value, Mapping):
        return {after if key == before else key: _renamed(item, before, after) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(item, before, after) for item in value]
    return value
