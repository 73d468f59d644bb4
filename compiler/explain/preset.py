"""One shipped preset: what it is, what it extends, and how many of its numbers come from where."""

from collections import Counter
from pathlib import Path

from skillc.compiler.resolve.open_numbers import numbers
from skillc.compiler.resolve.own_robot import PROFILE
from skillc.compiler.resolve.preset import Kind, bases, find_preset, preset_names
from skillc.compiler.source.load import load
from skillc.compiler.source.tree import Scalar, SourceTree
from skillc.runtime.tasks.catalog import task_type
from skillc.runtime.tasks.task_type import KNOWN

KINDS: tuple[Kind, ...] = ("method", "hardware", "task")


def preset_kinds(name: str) -> tuple[Kind, ...]:
    """Return the kinds of preset that have this name."""
    return tuple(kind for kind in KINDS if name in preset_names(kind))


def all_names() -> list[str]:
    """Return the names of all presets."""
    return sorted({name for kind in KINDS for name in preset_names(kind)})


def as_text(kind: Kind, name: str) -> str:
    """Return a preset as lines."""
    preset = find_preset(kind, name)
    assert preset is not None
    text = _about(f"{kind} {name}  ({preset.tree.file.removeprefix('skillc:')})", name, preset.tree)
    return f"{text}\n{_task(name)}" if kind == "task" else text


def own_robot_as_text(folder: Path) -> str:
    """Return a robot of the user's own as lines; raises SourceError where its profile is no sound YAML."""
    tree = load(folder / PROFILE)
    return _about(f"hardware {folder}  ({folder / PROFILE})", folder.name, tree)


def _task(name: str) -> str:
    """Return what a task type asks, and where it must stay."""
    task = task_type(name)
    traits = [trait for trait in KNOWN if getattr(task, trait)]
    lines = [
        f"    traits: {', '.join(traits) or 'none that is known'}",
        f"    roles: {', '.join(task.roles) or 'none'}",
        f"    judged by: {', '.join(task.judged_by)}",
    ]
    if task.missing:
        lines.append(f"    drafts only: nothing here knows {', '.join(task.missing)}")
    return "\n".join(lines)


def _about(title: str, name: str, tree: SourceTree) -> str:
    root = tree.root
    lines = [title]
    for key in ("summary", "paper"):
        entry = root.entries.get(key)
        if entry and isinstance(entry.value, Scalar):
            lines.append(f"    {'' if key == 'summary' else 'paper: '}{entry.value.text}")
    if names := [base.text for base in bases(root)]:
        lines.append(f"    extends: {', '.join(names)}")
    counts = Counter(number.kind for number in numbers(name, tree) if number.source)
    told = [f"{counts[k]} {words}" for k, words in WORDS.items() if counts[k]]
    if told:
        lines.append(f"    numbers: {', '.join(told)}")
    return "\n".join(lines)


WORDS = {"paper": "from a publication", "ours": "ours", "lost": "lost"}
