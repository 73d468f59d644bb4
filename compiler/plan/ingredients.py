"""Everything a stage's outputs depend on, and the fingerprint made of it."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from skillc.compiler.plan.code import code_digests, library_versions
from skillc.compiler.plan.digest import of_json
from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import JSON

SCHEME = 1
"""Raised when the meaning of a fingerprint or the layout of a cache entry changes."""


@dataclass(frozen=True, kw_only=True)
class Ingredients:
    """What went into a stage's outputs; equal ingredients give equal bytes on one machine type."""

    stage: str
    parameters: Mapping[str, JSON]
    files: Mapping[str, str]
    """Input file, relative path -> digest."""
    needs: Mapping[str, str]
    """Upstream stage -> digest of its outputs, so that a rerun that makes the same bytes changes nothing below."""
    code: Mapping[str, str]
    """Source file -> digest."""
    libraries: Mapping[str, str]
    """Distribution -> version, and the Python version."""

    @property
    def fingerprint(self) -> str:
        """Name of the cache entry."""
        return of_json({"scheme": SCHEME, **self.as_json()})

    def as_json(self) -> dict[str, JSON]:
        """Return the ingredients as JSON data."""
        return {
            "stage": self.stage,
            "parameters": dict(self.parameters),
            "files": dict(self.files),
            "needs": dict(self.needs),
            "code": dict(self.code),
            "libraries": dict(self.libraries),
        }


def gather(
    stage: Stage, parameters: Mapping[str, JSON], files: Mapping[str, str], needs: Mapping[str, str]
) -> Ingredients:
    """Return the ingredients of `stage` for these parameters, input digests and upstream output digests."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Ingredients(
        stage=stage.name,
        parameters=parameters,
        files=files,
        needs=needs,
        code=code_digests(stage.code),
        libraries={"python": python, **library_versions(stage.code)},
    )


def changes(before: Mapping[str, JSON], now: Ingredients) -> tuple[str, ...]:
    """Say what differs between the ingredients of an earlier run, as `as_json` gave them, and `now`."""
    said: list[str] = []
    after = now.as_json()
    for path, (old, new) in _differences(before["parameters"], after["parameters"]):
        said.append(f"{path}: {_short(old)} -> {_short(new)}")
    said += [f"{name} was edited" for name, _ in _differences(before["files"], after["files"])]
    said += [f"{name} made something new" for name, _ in _differences(before["needs"], after["needs"])]
    code = [name for name, _ in _differences(before["code"], after["code"])]
    if code:
        said.append("code changed: " + ", ".join(code[:3]) + (f" and {len(code) - 3} more" if len(code) > 3 else ""))
    for name, (old, new) in _differences(before["libraries"], after["libraries"]):
        said.append(f"{name} {old} -> {new}")
    return tuple(said)


_ABSENT = object()


def _differences(old: JSON, new: JSON, path: str = "") -> Iterator[tuple[str, tuple[JSON, JSON]]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            here = f"{path}.{key}" if path else key
            yield from _differences(old.get(key, _ABSENT), new.get(key, _ABSENT), here)
    elif _by_name(old) and _by_name(new):
        yield from _differences({row["name"]: row for row in old}, {row["name"]: row for row in new}, path)
    elif old is _ABSENT or new is _ABSENT or of_json(old) != of_json(new):
        yield path, (old, new)


def _by_name(value: JSON) -> bool:
    """Tell whether a list's rows have names, so that each can be compared with its namesake."""
    if not isinstance(value, list | tuple):
        return False
    return len({row["name"] for row in value if isinstance(row, Mapping) and "name" in row}) == len(value)


def _short(value: JSON) -> str:
    if value is _ABSENT:
        return "nothing"
    text = str(value)
    return text if len(text) <= 40 else text[:37] + "..."
