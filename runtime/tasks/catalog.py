"""The task types there are: those of `specs/tasks` and those of installed packages."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from skillc.runtime.formats import extension
from skillc.runtime.tasks.task_type import KNOWN, TaskType, Traits

# Reading beside the package, not through importlib.resources, keeps 10 ms out of every start.
FOLDER = Path(__file__).parents[2] / "specs" / "tasks"
GROUP: extension.Group = "skillc.tasks"


class TaskTypeError(ValueError):
    """There is no such task type, or its file is wrong; the message says which and why."""


def own_names() -> tuple[str, ...]:
    """Return the task types of the language, sorted."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def names() -> tuple[str, ...]:
    """Return every task type: the language's own, then those of installed packages as `package:name`."""
    return (*own_names(), *extension.names(GROUP))


def files() -> tuple[Path, ...]:
    """Return the files the types are read from; a package that lacks one is told where the type is named."""
    found = sorted(FOLDER.glob("*.yaml"))
    for name in extension.names(GROUP):
        with suppress(extension.ExtensionError):
            found.append(extension.data_file(GROUP, name))
    return tuple(found)


@cache
def task_type(name: str) -> TaskType:
    """Return a task type by name.

    Raises:
        TaskTypeError: there is none, or its file does not say what a type must.
    """
    if ":" not in name and name not in own_names():
        raise TaskTypeError(f"there is no task type {name!r}; there are {', '.join(names())}")
    try:
        file = extension.data_file(GROUP, name) if ":" in name else FOLDER / f"{name}.yaml"
        return read(name, yaml.safe_load(file.read_text(encoding="utf-8")))
    except (extension.ExtensionError, OSError, yaml.YAMLError) as reason:
        raise TaskTypeError(f"the task type {name!r} cannot be read: {reason}") from reason


def read(name: str, written: Any) -> TaskType:
    """Return the task type that a file's content describes.

    Raises:
        TaskTypeError: it is no mapping with traits, or they contradict each other.
    """
    traits = written.get("traits") if isinstance(written, Mapping) else None
    if not isinstance(traits, list) or not traits or not all(isinstance(trait, str) for trait in traits):
        raise TaskTypeError(f"the task type {name!r} has no list of `traits`; there are {', '.join(KNOWN)}")
    try:
        return TaskType(
            name=name,
            summary=str(written.get("summary", "")),
            roles=tuple(written.get("roles", ())),
            sentence=str(written.get("sentence", "")),
            judged_by=tuple(written.get("judged_by", ())),
            missing=tuple(trait for trait in traits if trait not in KNOWN),
            **{trait: True for trait in traits if trait in KNOWN},
        )
    except ValueError as reason:
        raise TaskTypeError(f"the task type {name!r} contradicts itself: {reason}") from reason


def lifts(name: str) -> bool:
    """Return whether a task lifts its object; a type that is not known is not told what it lacks."""
    try:
        return task_type(name).lifts
    except TaskTypeError:
        return True


def pours(name: str) -> bool:
    """Return whether a task pours from its object; a type that is not known is not told what it lacks."""
    try:
        return task_type(name).pours
    except TaskTypeError:
        return True


def implemented() -> tuple[TaskType, ...]:
    """Return the task types that can be built, in the order of `names`; one of a wrong file cannot."""
    found = []
    for name in names():
        with suppress(TaskTypeError):
            found.append(task_type(name))
    return tuple(task for task in found if not task.missing)


def with_traits(traits: Traits) -> TaskType:
    """Return the first implemented type of exactly these traits; KeyError if there is none."""
    wanted = {trait: getattr(traits, trait) for trait in KNOWN}
    for found in implemented():
        if {trait: getattr(found, trait) for trait in KNOWN} == wanted:
            return found
    raise KeyError(f"no task type is {', '.join(trait for trait, held in wanted.items() if held)}")
