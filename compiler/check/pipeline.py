"""The pipeline pass: the stages a method chooses exist and fit together (SK322, SK323)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.pipeline import KEY, NamedStage, named_stages
from skillc.compiler.resolve.preset import chain, reference
from skillc.compiler.resolve.shipped import pipeline_of
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Span, path_text
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

    known = catalog.names()
    if isinstance(placed.resolved.section("method").get(KEY), dict):
        return [_nothing_below(placed, asked[0])]
    written = list(_written(placed, asked[0]))
    unknown = [_unknown(named, known) for named in written if named.stage.text not in known]
    return unknown or [*_nothing_to_remove(placed, asked[0]), *_graph(placed, written, asked[1])]


def _written(placed: Placed, method: str) -> Iterator[NamedStage]:
    """Yield the stages that the method's presets name, then those of the spec."""
    for preset in chain("method", method):
        yield from named_stages(preset.tree.at((KEY,)), (KEY,))
    yield from named_stages(placed.tree.at(PATH), PATH)


def _unknown(named: NamedStage, known: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        code="SK322",
        summary=f"there is no stage `{named.stage.text}`",
        detail=f"stages: {listed(known, 40)}",
        hint=did_you_mean(named.stage.text, known),
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


def _nothing_to_remove(placed: Placed, method: str) -> Iterator[Diagnostic]:
    below = pipeline_of(method)
    for named in named_stages(placed.tree.at(PATH), PATH):
        if named.removed and named.stage.text not in below:
            yield Diagnostic(
                code="SK322",
                summary=f"there is no stage `{named.stage.text}` to remove from the pipeline of {method}",
                detail=f"stages there: {listed(below, 40) or 'none'}",
                path=path_text(named.path),
                spans=(named.stage.span,),
            )


def _graph(placed: Placed, written: list[NamedStage], method: Span) -> Iterator[Diagnostic]:
    from skillc.compiler.pipeline.chosen import chosen
    from skillc.compiler.plan.graph import GraphError
    from skillc.runtime.formats.extension import ExtensionError

    try:
        yield from _settings(placed, chosen(placed.resolved), method)
        return
    except GraphError as error:
        # Where the need was taken out, else where the stage is named.
        places = [n for n in written if n.removed and n.stage.text == error.need]
        places += [n for n in written if not n.removed and n.stage.text == error.stage]
        hint = f"add `{error.need}`, or remove `{error.stage}`" if error.need else ""
        message = str(error)
    except ExtensionError as error:
        places, hint, message = [], "", str(error)
    yield Diagnostic(
        code="SK323",
        summary=f"the pipeline cannot run: {message}",
        detail="a stage runs after those it needs, and no two make the same file",
        hint=hint,
        path=path_text(places[0].path if places else PATH),
        spans=(*(n.stage.span for n in places[:1]), method) if places else (method,),
    )


def _settings(placed: Placed, stages: Iterable[Stage], method: Span) -> Iterator[Diagnostic]:
    """Report stages of the pipeline whose settings the method leaves out."""
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
