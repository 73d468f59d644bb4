"""Presets: methods, robots, and the defaults of task types, with their `extends` chains.

They ship with skillc; installed packages add methods and task types, which are named `package:name`.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.load import load_bytes
from skillc.compiler.source.tree import Mapping, Node, Scalar, Sequence, SourceTree, Span
from skillc.runtime.formats import extension

Kind: TypeAlias = Literal["method", "hardware", "task"]

FILES = {"method": "methods/{}.yaml", "hardware": "hardware/{}/profile.yaml", "task": "tasks/{}.yaml"}
"""Where a preset of each kind lies below `specs/`."""
GROUPS: dict[Kind, extension.Group] = {"method": "skillc.methods", "task": "skillc.tasks"}
"""Entry-point group under which installed packages add presets of a kind."""
ABOUT = (
    *("method", "hardware", "task", "language", "extends", "paper"),
    *("roles", "traits", "sentence", "judged_by"),
)
"""Keys of a preset that describe the file itself and are not settings."""


_NAME = re.compile(r"(parts/)?[a-z0-9_]{1,64}")
"""A preset's name; `parts/` holds pieces that only presets extend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One file, loaded."""

    kind: Kind
    name: str
    tree: SourceTree


def preset_names(kind: Kind) -> tuple[str, ...]:
    """List the presets of a kind, sorted, those of installed packages last."""
    return (*_shipped_names(kind), *(extension.names(GROUPS[kind]) if kind in GROUPS else ()))


@cache
def _shipped_names(kind: Kind) -> tuple[str, ...]:
    folder = FILES[kind].partition("/")[0]
    root = files("skillc.specs").joinpath(folder)
    if not root.is_dir():
        return ()
    if kind == "hardware":
        return tuple(sorted(p.name for p in root.iterdir() if p.joinpath("profile.yaml").is_file()))
    return tuple(sorted(p.name.removesuffix(".yaml") for p in root.iterdir() if p.name.endswith(".yaml")))


@cache
def find_preset(kind: Kind, name: str) -> Preset | None:
    """Load the preset of this kind and name, or return None if there is none.

    Raises:
        SourceError: the file itself is no sound YAML.
        ExtensionError: the package that adds it lacks the file.
    """
    if ":" in name:
        return _installed(kind, name)
    place = FILES[kind].format(name)
    if not _NAME.fullmatch(name) or not files("skillc.specs").joinpath(place).is_file():
        return None
    data = files("skillc.specs").joinpath(place).read_bytes()
    return Preset(kind=kind, name=name, tree=load_bytes(data, f"skillc:specs/{place}"))


def is_named(kind: Kind, name: str) -> bool:
    """Whether a spec may name this preset: there is one, and it is no piece for presets alone; as `find_preset`."""
    return "/" not in name and find_preset(kind, name) is not None


def _installed(kind: Kind, name: str) -> Preset | None:
    if kind not in GROUPS or name not in extension.names(GROUPS[kind]):
        return None
    data = extension.data_file(GROUPS[kind], name).read_bytes()
    return Preset(kind=kind, name=name, tree=load_bytes(data, f"{name}.yaml"))


def chain(kind: Kind, name: str) -> tuple[Preset, ...]:
    """Return a preset after everything it extends, the most basic first; no preset twice.

    `extends` names one preset or a list of them, of which later ones lie above earlier ones.

    Raises:
        SourceError: SK310 there is no such preset; SK311 `extends` goes round in a circle.
        ExtensionError: a package lacks the file of a preset it adds.
    """
    found: dict[str, Preset] = {}

    def gather(name: str, asked_at: Span, above: tuple[str, ...]) -> None:
        """Add a preset's bases and then itself to `found`."""
        if name in above:
            raise SourceError((_circle(kind, " -> ".join((*above, name)), asked_at),))
        preset = find_preset(kind, name)
        if preset is None:
            raise SourceError((unknown_preset(kind, name, asked_at),))
        for base in bases(preset.tree.root):
            gather(base.text, base.span, (*above, name))
        found.setdefault(name, preset)

    gather(name, Span(FILES[kind].format(name), 1, 1, 1, 1), ())
    return tuple(found.values())


def bases(root: Mapping) -> tuple[Scalar, ...]:
    """Return the names a preset extends."""
    entry = root.entries.get("extends")
    node = entry.value if entry else None
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(item for item in items if isinstance(item, Scalar))


def reference(node: Node | None) -> tuple[str, Span] | None:
    """Return the preset a spec's `method:` or `hardware:` names: the text itself or its `extends`."""
    if isinstance(node, Mapping):
        entry = node.entries.get("extends")
        node = entry.value if entry else None
    return (node.text, node.span) if isinstance(node, Scalar) else None


def unknown_preset(kind: Kind, name: str, span: Span) -> Diagnostic:
    """Say that a preset does not exist, with the nearest name (SK310)."""
    names = preset_names(kind)
    near = get_close_matches(name, names, n=1)
    return Diagnostic(
        code="SK310",
        summary=f"there is no {kind} preset {name!r}",
        detail=f"presets of this kind: {', '.join(names) or 'none'}",
        hint=f"write {near[0]}" if near else "",
        path=kind,
        spans=(span,),
    )


def _circle(kind: Kind, names: str, span: Span) -> Diagnostic:
    return Diagnostic(
        code="SK311",
        summary=f"{kind} presets extend each other in a circle: {names}",
        detail="every chain of `extends` must end at a preset without one",
        path=kind,
        spans=(span,),
    )
