"""Terms, stages, estimators, drivers, methods and task types that installed packages add, under entry points only.

What a package calls `name` is `package:name` in a spec. Objects are loaded from the groups of `Group`; a method or a
task type is a YAML file: its entry point names the Python package in which `name.yaml` lies. Nothing is ever loaded
from a path.
"""

import hashlib
from importlib.metadata import Distribution, EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

Group = Literal[
    "skillc.terms", "skillc.stages", "skillc.estimators", "skillc.drivers", "skillc.methods", "skillc.tasks"
]


class ExtensionError(ValueError):
    """An extension is missing or is not of the kind its group promises; the message names it."""


def names(group: Group) -> tuple[str, ...]:
    """Return what installed packages add to `group`, as `package:name`, sorted."""
    return tuple(sorted(_full_name(e) for e in entry_points(group=group)))


def added_to_builds() -> tuple[str, ...]:
    """Return all that installed packages add to what a build may be made of."""
    groups: tuple[Group, ...] = ("skillc.stages", "skillc.terms", "skillc.methods", "skillc.tasks")
    return tuple(name for group in groups for name in names(group))


def load(group: Group, name: str, kind: type) -> Any:
    """Return the object `package:name` of `group`.

    Raises:
        ExtensionError: no installed package has it, it cannot be imported, or it is no `kind`.
    """
    try:
        thing = _entry(group, name).load()
    except (ImportError, AttributeError) as reason:
        raise ExtensionError(f"{name} of {group} cannot be loaded: {reason}") from reason
    if not isinstance(thing, kind):
        raise ExtensionError(f"{name} of {group} is a {type(thing).__name__}, not a {kind.__name__}")
    return thing


def data_file(group: Group, name: str) -> Path:
    """Return the file of a method or a task type `package:name`, without importing what lies beside it.

    Raises:
        ExtensionError: no installed package has it, or the package its entry point names holds no such file.
    """
    entry = _entry(group, name)
    try:
        spec = find_spec(entry.module)
    except ModuleNotFoundError:
        spec = None
    folders = spec.submodule_search_locations if spec is not None else None
    file = Path(next(iter(folders or [""]))) / f"{entry.name}.yaml"
    if not folders or not file.is_file():
        raise ExtensionError(f"{name} of {group}: there is no {entry.name}.yaml in the Python package {entry.module}")
    return file


def versions(used: tuple[str, ...]) -> dict[str, str]:
    """Return package -> version and digest of its Python and YAML files, for the packages of the names `used`.

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
            if file.suffix in (".py", ".yaml"):
                digest.update(f"{file}\0".encode() + file.read_binary())
        found[package] = f"{distribution.version} sha256:{digest.hexdigest()}"
    return found


def _entry(group: Group, name: str) -> EntryPoint:
    found = next((e for e in entry_points(group=group) if _full_name(e) == name), None)
    if found is None:
        known = ", ".join(names(group)) or "none"
        raise ExtensionError(f"no installed package adds {name!r} to {group}; installed: {known}")
    return found


def _distribution(package: str) -> Distribution | None:
    for group in get_args(Group):
        for entry in entry_points(group=group):
            if entry.dist is not None and _full_name(entry).startswith(f"{package}:"):
                return entry.dist
    return None


def _full_name(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist is not None else "unknown"
    return f"{package.lower().replace('-', '_')}:{entry.name}"
