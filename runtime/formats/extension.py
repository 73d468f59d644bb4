"""Terms, stages, estimators and drivers that installed packages add, under entry points and nowhere else.

Groups are `skillc.terms`, `skillc.stages`, `skillc.estimators` and `skillc.drivers`; what a package calls `name` is
`package:name` in a spec. Nothing is ever loaded from a path.
"""

import hashlib
from importlib.metadata import Distribution, EntryPoint, entry_points
from typing import Any, Literal

Group = Literal["skillc.terms", "skillc.stages", "skillc.estimators", "skillc.drivers"]


class ExtensionError(ValueError):
    """An extension is missing or is not of the kind its group promises; the message names it."""


def names(group: Group) -> tuple[str, ...]:
    """Return what installed packages add to `group`, as `package:name`, sorted."""
    return tuple(sorted(_full_name(e) for e in entry_points(group=group)))


def load(group: Group, name: str, kind: type) -> Any:
    """Return the object `package:name` of `group`.

    Raises:
        ExtensionError: no installed package has it, or it is no `kind`.
    """
    found = next((e for e in entry_points(group=group) if _full_name(e) == name), None)
    if found is None:
        known = ", ".join(names(group)) or "none"
        raise ExtensionError(f"no installed package adds {name!r} to {group}; installed: {known}")
    thing = found.load()
    if not isinstance(thing, kind):
        raise ExtensionError(f"{name} of {group} is a {type(thing).__name__}, not a {kind.__name__}")
    return thing


def versions(used: tuple[str, ...]) -> dict[str, str]:
    """Return package -> version and digest of its Python files, for the packages of the names `used`.

    A package that is not installed is told as such: who loads its term says so at the term.
    """
    wanted = {name.partition(":")[0] for name in used if ":" in name}
    found: dict[str, str] = {}
    for package in sorted(wanted):
        distribution = _distribution(package)
        if distribution is None:
            found[package] = "not installed"
            continue
        digest = hashlib.sha256()
        for file in sorted(distribution.files or [], key=str):
            if file.suffix == ".py":
                digest.update(f"{file}\0".encode() + file.read_binary())
        found[package] = f"{distribution.version} sha256:{digest.hexdigest()}"
    return found


def _distribution(package: str) -> Distribution | None:
    for group in ("skillc.terms", "skillc.stages", "skillc.estimators", "skillc.drivers"):
        for entry in entry_points(group=group):
            if entry.dist is not None and _full_name(entry).startswith(f"{package}:"):
                return entry.dist
    return None


def _full_name(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist is not None else "unknown"
    return f"{package.lower().replace('-', '_')}:{entry.name}"
