"""The preset pass: a method or a task type of an installed package has the form of its schema.

What ships with skillc is held by its tests.
"""

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.preset import Kind, Preset, chain, reference
from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.tree import Scalar
from skillc.compiler.validate.preset import check_preset
from skillc.runtime.formats.extension import ExtensionError


def check_presets(placed: Placed) -> list[Diagnostic]:
    """Return every finding on the form of the spec's presets that packages bring, at their own lines."""
    asked = reference(placed.tree.at(("method",)))
    task = placed.tree.at(("task", "type"))
    named: list[tuple[Kind, str]] = [("method", asked[0])] if asked is not None else []
    named += [("task", task.text)] if isinstance(task, Scalar) else []
    return [
        finding
        for kind, name in named
        if ":" in name
        for preset in _chain(kind, name)
        if ":" in preset.name
        for finding in check_preset(preset.tree, kind)
    ]


def _chain(kind: Kind, name: str) -> tuple[Preset, ...]:
    """Return a preset after what it extends; nothing if one of them cannot be read, which was told before."""
    try:
        return chain(kind, name)
    except (SourceError, ExtensionError):
        return ()
