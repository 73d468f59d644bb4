"""The pipeline pass: the stages a method chooses exist and fit together (SK322, SK323)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.pipeline import KEY, NamedStage, edited, named_stages
from skillc.compiler.resolve.preset import chain, reference
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Node, Path, Sequence, Span, path_text
from skillc.compiler.validate.nearest import did_you_mean, listed

if TYPE_CHECKING:
    from skillc.compiler.plan.stage import Stage

PATH = ("method", KEY)


def check_pipeline(placed: Placed) -> list[Diagnostic]:
    """Return what is wrong with the stages of the spec's method.

    A shipped method that the spec leaves as it is passes unseen: the tests hold its pipeline.
    """
    asked = reference(placed.tree.at(("method",)))
    if asked is None or (placed.tree.at(PATH) is None and ":" not in asked[0]):
        return []
    # Only now: a check of most specs needs no stage.
    from skillc.compiler.pipeline import catalog

    if isinstance(placed.resolved.section("method").get(KEY), dict):
        return [_nothing_below(placed, asked[0])]
    known = catalog.names()
    stages: list[str] = []
    written: list[NamedStage] = []
    dead: list[Diagnostic] = []
    for node, path in _layers(placed, asked[0]):
        named = list(named_stages(node, path))
        added = [one.stage.text for one in named if not one.removed]
        if isinstance(node, Sequence):
            stages, written, dead = added, named, []
            continue
        written += named
        dead += _without_effect([one for one in named if one.stage.text in known], stages)
        stages = edited(stages, add=added, remove=[one.stage.text for one in named if one.removed])
    unknown = [_unknown(one, known) for one in written if one.stage.text not in known]
    return unknown + dead or list(_unfit(placed, written, asked[1]))


def _layers(placed: Placed, method: str) -> Iterator[tuple[Node, Path]]:
    """Yield what the method's presets, the most basic first, and the spec write about the pipeline."""
    for preset in chain("method", method):
        if (node := preset.tree.at((KEY,))) is not None:
            yield node, (KEY,)
    if (node := placed.tree.at(PATH)) is not None:
        yield node, PATH


def _unknown(named: NamedStage, known: tuple[str, ...]) -> Diagnostic:
    hint = did_you_mean(named.stage.text, known)
    return _wrong(named, f"there is no stage `{named.stage.text}`", f"stages: {listed(known, 40)}", hint)


def _without_effect(named: list[NamedStage], below: list[str]) -> Iterator[Diagnostic]:
    """Report stages that are added where they are, or removed where they are not."""
    there = f"stages there: {listed(below, 40)}"
    removed = {one.stage.text for one in named if one.removed}
    left = list(below)
    for one in named:
        name = one.stage.text
        if one.removed and name in left:
            left.remove(name)
        elif one.removed:
            yield _wrong(one, f"there is no stage `{name}` left to remove", there, "delete it here")
        elif name in removed:
            yield _wrong(one, f"the stage `{name}` is added and removed", "one of the two holds", "keep one")
        elif name in left:
            yield _wrong(one, f"the stage `{name}` is in the pipeline already", there, "delete it here")
        else:
            left.append(name)


def _wrong(named: NamedStage, summary: str, detail: str, hint: str = "") -> Diagnostic:
    return Diagnostic(
        code="SK322",
        summary=summary,
        detail=detail,
        hint=hint,
        path=path_text(named.path),
        spans=(named.stage.span,),
    )


def _nothing_below(placed: Placed, method: str) -> Diagnostic:
    return Diagnostic(
        code="SK322",
        summary=f"{method} has no pipeline to add to or to remove from",
        detail="a method without a pipeline is a draft",
        hint="write the list of its stages",
        path=path_text(PATH),
        spans=(placed.span(PATH),),
    )


def _unfit(placed: Placed, written: list[NamedStage], method: Span) -> Iterator[Diagnostic]:
    """Report stages that cannot run together."""
    from skillc.compiler.pipeline.chosen import chosen
    from skillc.compiler.plan.graph import GraphError
    from skillc.runtime.formats.extension import ExtensionError

    places: list[NamedStage] = []
    hint = ""
    try:
        yield from _unset(placed, chosen(placed.resolved), method)
        return
    except GraphError as error:
        # Where the need was taken out, else where the stage is named.
        places += [one for one in written if one.removed and one.stage.text == error.need]
        places += [one for one in written if not one.removed and one.stage.text == error.stage]
        hint = f"add `{error.need}`, or remove `{error.stage}`" if error.need else ""
        message = str(error)
    except ExtensionError as error:
        message = str(error)
    yield Diagnostic(
        code="SK323",
        summary=f"the pipeline cannot run: {message}",
        detail="a stage runs after those it needs, and no two make the same file",
        hint=hint,
        path=path_text(places[0].path if places else PATH),
        spans=(*(one.stage.span for one in places[:1]), method),
    )


def _unset(placed: Placed, stages: Iterable[Stage], method: Span) -> Iterator[Diagnostic]:
    """Report stages whose settings the method leaves out."""
    for stage in stages:
        try:
            stage.parameters(placed.resolved)
        except KeyError as missing:
            yield Diagnostic(
                code="SK323",
                summary=f"the pipeline cannot run: the stage {stage.name} lacks a setting",
                detail=str(missing.args[0]),
                hint="extend a method that has it, or write it",
                path="method",
                spans=(method,),
            )
