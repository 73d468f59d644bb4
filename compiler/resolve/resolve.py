"""From a valid spec to a resolved one: presets laid below it, everything in SI, every value with its places."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from skillc.compiler.resolve.dead import dead_keys
from skillc.compiler.resolve.drawn import SHARED, laid_over
from skillc.compiler.resolve.implemented import unimplemented
from skillc.compiler.resolve.merged import (
    NO_MEASURES,
    Clash,
    Leaf,
    Measures,
    Merged,
    layer,
    leaves,
    merge,
    plain,
    without_removed,
)
from skillc.compiler.resolve.overrides import clash_diagnostics, lost_numbers, unknown_settings
from skillc.compiler.resolve.own_robot import is_folder, own_layers
from skillc.compiler.resolve.preset import Kind, find_preset, is_named, reference, unknown_preset
from skillc.compiler.resolve.resolved import JSON, Origin, ResolvedSpec
from skillc.compiler.resolve.robot import robot_profile
from skillc.compiler.resolve.shipped import UNMERGED, finished, language_defaults, shipped, without
from skillc.compiler.source.diagnostic import Diagnostic, SourceError, has_errors, in_order
from skillc.compiler.source.tree import Mapping, Scalar, SourceTree, Span
from skillc.compiler.validate.valid_spec import ValidSpec
from skillc.runtime.formats.extension import ExtensionError
from skillc.runtime.tasks.catalog import TaskTypeError, lifts, task_type

PRESETS: tuple[Kind, ...] = ("method", "hardware")
"""Sections that name a preset."""
DEFAULTED = ("goals", "policies", "rewards", "evaluation", "reset", "tune", "deploy")
"""Sections for which a method may carry defaults, below its `defaults:`."""
ROLES = ("manipulated", "target")
"""In a method's defaults these words stand for the spec's objects of that role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layers:
    """What lies below the spec."""

    method: dict[str, Merged]
    hardware: dict[str, Merged]
    task: Merged


def resolve(valid: ValidSpec, *, draft: bool = False) -> ResolvedSpec:
    """Merge all presets below the spec and bring every value to SI units.

    Order, later wins line by line: the language's own defaults, the method's chain of presets, the robot's chain, the
    task type's defaults and what the method says about them, the spec. Lists are replaced as a whole; a bare null in an
    upper layer removes what the lower ones say.

    Args:
        valid: the spec.
        draft: whether presets may hold numbers that their papers lost.

    Raises:
        SourceError: with every finding: an unknown preset (SK310), a circle of presets (SK311), a setting the method
            does not have (SK312), a value of another dimension than the preset's (SK410), a value where a group of
            settings is due (SK230), keys without effect (SK320), numbers that the preset's source lost (SK411).
    """
    resolved, findings = resolve_with_findings(valid.tree, valid.measures, draft=draft)
    if resolved is None or has_errors(findings):
        raise SourceError(tuple(in_order(findings)))
    return resolved


def resolve_with_findings(
    tree: SourceTree,
    measures: Measures = NO_MEASURES,
    *,
    draft: bool = False,
    folders: Sequence[Path] | None = None,
) -> tuple[ResolvedSpec | None, list[Diagnostic]]:
    """Resolve as far as possible and return all findings; None where a preset is missing.

    Args:
        tree: the spec.
        measures: its measures as validation parsed them.
        draft: whether presets may hold numbers that their papers lost.
        folders: where a robot of the user's own is looked for; None for beside the spec.
    """
    findings: list[Diagnostic] = []
    layers = _lower_layers(tree, findings, draft=draft, folders=folders)
    if layers is None:
        return None, findings
    clashes: list[Clash] = []
    changed = tuple(kind for kind in PRESETS if isinstance(tree.at((kind,)), Mapping) or _own_robot(tree, kind))
    merged = _merge_sections(tree, measures, layers, clashes, changed)
    findings += unknown_settings(tree, layers.method, ("method",))
    findings += unknown_settings(tree, layers.hardware, ("hardware",))
    findings += clash_diagnostics(tree, clashes)
    values: dict[str, JSON] = {key: plain(node) for key, node in merged.items()}
    origins = {path: leaf.origins for key, node in merged.items() for path, leaf in leaves(node, key)}
    hardware = merged.get("hardware")
    if isinstance(hardware, dict):
        values["hardware"] = robot_profile(hardware)
    for kind in PRESETS:
        if kind not in changed:
            _finish(kind, values, origins)
    resolved = ResolvedSpec(values=values, origins=origins, spec_file=tree.file)
    findings += dead_keys(tree, resolved)
    if not draft:
        findings += [*unimplemented(tree, resolved), *lost_numbers(tree, resolved)]
    return resolved, findings


def _finish(kind: Kind, values: dict[str, JSON], origins: dict[str, tuple[Origin, ...]]) -> None:
    """Add an unchanged preset's values and origins to a section that holds its name alone."""
    section = values.get(kind)
    if not isinstance(section, dict) or "name" not in section:
        return
    found = finished(kind, section["name"])
    values[kind] = {**section, **{key: value for key, value in found.values.items() if key != "name"}}
    own = {path: origins[path] for path in origins.keys() & found.origins.keys()}
    origins.update(found.origins)
    origins.update({path: (*found.origins[path], *places) for path, places in own.items()})


def _own_robot(tree: SourceTree, kind: Kind) -> bool:
    """Whether a section names a robot's folder instead of a preset."""
    asked = reference(tree.at((kind,)))
    return kind == "hardware" and asked is not None and is_folder(asked[0])


def _lower_layers(
    tree: SourceTree, findings: list[Diagnostic], *, draft: bool, folders: Sequence[Path] | None
) -> _Layers | None:
    """Load and merge the presets of the spec; None if one is missing."""
    clashes: list[Clash] = []
    method = _preset_layers(tree, "method", findings, clashes)
    asked = reference(tree.at(("hardware",)))
    if asked is not None and is_folder(asked[0]):
        places = (Path(tree.file).parent,) if folders is None else folders
        hardware = own_layers(*asked, places, draft=draft, findings=findings)
    else:
        hardware = _preset_layers(tree, "hardware", findings, clashes)
    task = _task_layers(tree, findings)
    if method is None or hardware is None:
        return None
    return _Layers(method=method, hardware=hardware, task=task)


def method_policies(tree: SourceTree) -> frozenset[str]:
    """Return the names of the policies a spec's method brings, which the spec may refer to."""
    asked = reference(tree.at(("method",)))
    try:
        if asked is None or not is_named("method", asked[0]):
            return frozenset()
        defaults = shipped("method", asked[0]).layers.get("defaults")
    except (SourceError, ExtensionError):
        return frozenset()
    policies = defaults.get("policies") if isinstance(defaults, dict) else None
    return frozenset(policies) if isinstance(policies, dict) else frozenset()


def _preset_layers(
    tree: SourceTree, kind: Kind, findings: list[Diagnostic], clashes: list[Clash]
) -> dict[str, Merged] | None:
    """Return the layers of the preset a section names; None if it does not exist."""
    asked = reference(tree.at((kind,)))
    if asked is None:
        return {}
    name, span = asked
    try:
        if not is_named(kind, name):
            findings.append(unknown_preset(kind, name, span))
            return None
        found = shipped(kind, name)
    except SourceError as error:
        findings.extend(error.diagnostics)
        return None
    except ExtensionError as reason:
        findings.append(_unusable(kind, reason, span))
        return None
    clashes.extend(found.clashes)
    return found.layers


def _task_layers(tree: SourceTree, findings: list[Diagnostic]) -> Merged:
    """Return the defaults of the spec's task type."""
    node = tree.at(("task", "type"))
    try:
        if not isinstance(node, Scalar) or find_preset("task", node.text) is None:
            return {}
        task_type(node.text)
        return without(shipped("task", node.text).layers, ("summary",))
    except SourceError as error:
        findings.extend(error.diagnostics)
    except (ExtensionError, TaskTypeError) as reason:
        findings.append(_unusable("task.type", reason, tree.value_span(("task", "type"))))
    return {}


def _unusable(path: str, reason: Exception, span: Span) -> Diagnostic:
    return Diagnostic(code="SK324", summary=str(reason), path=path, spans=(span,))


def _merge_sections(
    tree: SourceTree, measures: Measures, layers: _Layers, clashes: list[Clash], changed: tuple[Kind, ...]
) -> dict[str, Merged]:
    """Lay the spec over its presets, section by section, in the spec's order of sections.

    Of presets the spec does not change (not in `changed`) only the name is kept.
    """
    defaults = _named(layers.method.get("defaults", {}), _objects(tree))
    kind = tree.at(("task", "type"))
    rewards = defaults.get("rewards")
    if isinstance(kind, Scalar) and not lifts(kind.text) and isinstance(rewards, dict):
        # C.2: the lifting reward is there when the task lifts.
        defaults["rewards"] = without(rewards, ("lift",))
    lower: dict[str, Merged] = {"task": merge(layers.task, defaults.get("task", {}), clashes, ("task",))}
    if "method" in changed:
        lower["method"] = without(layers.method, UNMERGED)
    if "hardware" in changed:
        lower["hardware"] = layers.hardware
    below = language_defaults()
    for key in DEFAULTED:
        if key in below or key in defaults:
            lower[key] = merge(below.get(key), defaults.get(key, {}), clashes, (key,))
    shared = tree.at((SHARED,))
    if shared is not None and "policies" in lower:
        lower["policies"] = laid_over(lower["policies"], layer(shared, measures, (SHARED,)), clashes)
    merged: dict[str, Merged] = {}
    for key, entry in tree.root.entries.items():
        over = layer(entry.value, measures, (key,))
        if key in ("method", "hardware"):
            over = _named_preset(over)
        laid = without_removed(merge(lower.pop(key, None), over, clashes, (key,)))
        if laid is not None:
            merged[key] = _written_first(laid, over)
    for key, node in lower.items():
        left = without_removed(node)
        if left:
            merged[key] = left
    return merged


def _written_first(laid: Merged, over: Merged) -> Merged:
    """Order a section's keys as the spec writes them, what presets add after them."""
    if not isinstance(laid, dict) or not isinstance(over, dict):
        return laid
    written = {key: laid[key] for key in over if key in laid}
    return written | {key: value for key, value in laid.items() if key not in written}


def _named_preset(over: Merged) -> Merged:
    """`method: x` and `method: {extends: x, ...}` both become a group whose `name` is x.

    Of a robot of the user's own x is the `folder`; its name stands in its profile.
    """
    named = over.get("extends") if isinstance(over, dict) else over
    if not isinstance(named, Leaf):
        return over
    key = "folder" if is_folder(str(named.value)) else "name"
    rest = {k: v for k, v in over.items() if k != "extends"} if isinstance(over, dict) else {}
    return {key: named} | rest


def _objects(tree: SourceTree) -> dict[str, str]:
    """Map each role word to the spec's first object of that role."""
    objects = tree.at(("scene", "objects"))
    found: dict[str, str] = {}
    if isinstance(objects, Mapping):
        for name, entry in objects.entries.items():
            role = entry.value.entries.get("role") if isinstance(entry.value, Mapping) else None
            if role and isinstance(role.value, Scalar):
                found.setdefault(role.value.text, name)
    return found


def _named(node: Merged, objects: dict[str, str]) -> dict[str, Merged]:
    """Put the spec's object names in place of role words at the head of signal keys; roles nobody has drop out."""
    if not isinstance(node, dict):
        return {}
    result: dict[str, Merged] = {}
    for key, value in node.items():
        head, dot, rest = key.partition(".")
        if dot and head in ROLES:
            if head in objects:
                result[f"{objects[head]}.{rest}"] = value
        else:
            result[key] = _named(value, objects) if isinstance(value, dict) else value
    return result
