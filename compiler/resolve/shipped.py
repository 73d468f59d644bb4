"""Presets merged along their `extends` chains, once per process: layers are shared and never changed in place."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from skillc.compiler.resolve.merged import Clash, Leaf, Merged, layer, leaves, merge, plain, without_removed
from skillc.compiler.resolve.preset import ABOUT, Kind, chain, find_preset
from skillc.compiler.resolve.resolved import JSON, Origin
from skillc.compiler.resolve.robot import robot_profile
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes
from skillc.runtime.formats.extension import ExtensionError

DEFAULTS = "defaults.yaml"
"""The language's own defaults, below `specs/`."""
UNMERGED = ("defaults",)
"""Keys of a preset that belong to other sections of the spec."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A chain of presets."""

    layers: dict[str, Merged]
    """With nulls as marks, and with `defaults`."""
    clashes: tuple[Clash, ...]
    """Between the presets themselves; the tests keep this empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a spec that overrides nothing gets from a chain of presets."""

    values: Mapping[str, JSON]
    origins: Mapping[str, tuple[Origin, ...]]
    """Paths begin with the section."""


@cache
def shipped(kind: Kind, name: str) -> Shipped:
    """Merge a preset over everything it extends.

    Raises:
        SourceError: a base is missing, the chain is a circle, or a shipped file cannot be read.
    """
    clashes: list[Clash] = []
    merged: Merged = {}
    for preset in chain(kind, name):
        merged = merge(merged, without(layer(preset.tree.root), ABOUT), clashes)
    return Shipped(layers=merged if isinstance(merged, dict) else {}, clashes=tuple(clashes))


@cache
def finished(kind: Kind, name: str) -> Finished:
    """Return a preset's section as plain values; raises as `shipped` does."""
    kept = without_removed(without(shipped(kind, name).layers, UNMERGED))
    layers = kept if isinstance(kept, dict) else {}
    values = robot_profile(layers) if kind == "hardware" else plain(layers)
    origins = {f"{kind}.{path}": leaf.origins for path, leaf in leaves(layers)}
    return Finished(values=values, origins=origins)


@cache
def language_defaults() -> dict[str, Merged]:
    """Return the sections that the language itself fills where neither the spec nor its method does."""
    data = files("skillc.specs").joinpath(DEFAULTS).read_bytes()
    merged = layer(load_bytes(data, f"skillc:specs/{DEFAULTS}").root)
    assert isinstance(merged, dict)
    return merged


def method_stages(name: str) -> dict[str, Merged]:
    """Return the stage settings of a method, or nothing if there is no such method."""
    stages = shipped("method", name).layers.get("stages") if find_preset("method", name) else None
    return stages if isinstance(stages, dict) else {}


def pipeline_of(name: str) -> tuple[str, ...]:
    """Return the stages a method's preset chooses; none for a draft, or where there is no such method to read."""
    try:
        leaf = shipped("method", name).layers.get("pipeline") if find_preset("method", name) else None
    except (SourceError, ExtensionError):
        return ()
    return tuple(map(str, leaf.value)) if isinstance(leaf, Leaf) else ()


def without(node: Merged, keys: tuple[str, ...]) -> Merged:
    """Return a group without some of its keys."""
    return {key: value for key, value in node.items() if key not in keys} if isinstance(node, dict) else node
