"""Keys of a spec that its method does not read: words no estimator takes, pushes without a push, demonstrations of
another kind.
"""

from collections.abc import Iterator, Mapping

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.drawn import SHARED, everywhere, of_policies
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path, path_text
from skillc.runtime.terms import catalog

_SILENT = ("clusters", "sam2")
"""Estimators of masks that take no words."""
_FORCES = ("force", "speed", "angular_speed", "scale")
"""What a push is made of; the rest of a push says when it comes."""


def check_unread(placed: Placed, *, draft: bool) -> list[Diagnostic]:
    """Report keys without effect; what is not implemented is open to drafts."""
    findings = [*_prompts(placed), *_pushes(placed)]
    return findings if draft else [*findings, *_recordings(placed), *_undrawn(placed)]


def _undrawn(placed: Placed) -> Iterator[Diagnostic]:
    """Report lines for all policies that none of them draws."""
    scene = ("scene",)
    if placed.tree.at(scene) != placed.written.at(scene):
        return  # Policies draw for roles; what is wrong with those is told.
    objects = placed.resolved.section("scene").get("objects", {})
    policies = [*of_policies(placed.resolved)]
    drawn = {key for _, draws in policies for key in draws}
    for key in placed.resolved.section(SHARED) if policies else ():
        path: Path = (SHARED, key)
        try:  # of what does not exist SK416 tells
            known = catalog.quantity(key).implemented and key.partition(".")[0] in (*catalog.SCOPES, *objects)
        except catalog.UnknownTerm:
            continue
        if known and key not in drawn and placed.tree.at(path) is not None:
            yield placed.error(
                "SK320",
                path,
                what=f"{path_text(path)} has no effect: no policy of {placed.resolved.at('method.name')} draws it",
                detail="a line here lies over that of every policy that draws the quantity",
                hint=f"write it for one policy, `policies: {{NAME: {{{SHARED}: ...}}}}`, or delete it",
            )


def _recordings(placed: Placed) -> Iterator[Diagnostic]:
    """Report demonstrations that a method which reads one recording cannot take."""
    method = placed.resolved.section("method")
    if "recording" not in (method.get("pipeline") or ()):
        return
    for key in ("train", "test", "initial_states"):
        path: Path = ("demonstrations", key)
        if placed.tree.at(path) is not None:
            yield placed.error(
                "SK320",
                path,
                what=f"demonstrations.{key} has no effect: {method.get('name')} works from one recording",
                detail="every key of a spec must change something",
                hint="write `demonstrations: {recording: FILE}`",
            )


def _prompts(placed: Placed) -> Iterator[Diagnostic]:
    """Warn of words that no estimator of the method reads."""
    scene = placed.resolved.section("method.stages.scene")
    if scene.get("estimator") not in _SILENT or scene.get("semantics") != "spec":
        return
    for name, entry in placed.resolved.section("scene.objects").items():
        if isinstance(entry, Mapping) and "prompt" in entry:
            yield Diagnostic(
                code="SK320",
                severity="warning",
                summary=f"`prompt` of {name} has no effect: {scene['estimator']} takes no words",
                detail="roles, `at`, `box` and `mask` say which thing it is",
                hint="choose sam3 or gemini under `method: {stages: {scene: ...}}`, or delete the key",
                path=f"scene.objects.{name}.prompt",
                spans=(placed.tree.value_span(("scene", "objects", name, "prompt")),),
            )


def _pushes(placed: Placed) -> Iterator[Diagnostic]:
    """Report when pushes come, without a push."""
    drawn = {str(path[-1]): path for path, _ in everywhere(placed.resolved)}
    for key, path in drawn.items():
        owner, dot, rest = key.partition(".push.")
        if not dot or rest in _FORCES or placed.tree.at(path) is None:
            continue
        if not any(f"{owner}.push.{what}" in drawn for what in _FORCES):
            yield placed.error(
                "SK320",
                path,
                what=f"{path_text(path)} has no effect: nothing pushes {owner}",
                detail="it says when a push comes or how it fades",
                hint=f"add `{owner}.push.force: 0 .. 2 N`, or delete the line",
            )
