"""What the engine met, told at the place in the spec it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import StageError
from skillc.compiler.resolve.resolved import JSON, Origin, ResolvedSpec
from skillc.compiler.source.data_folders import InputMissing
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Span

if TYPE_CHECKING:
    from skillc.compiler.plan.build import StageFailed
    from skillc.runtime.formats.build_warnings import BuildWarning


def of_failure(failure: StageFailed, spec: ResolvedSpec) -> Diagnostic:
    """Return the finding a failed stage stands for."""
    return of_refusal(failure.stage, failure.error, spec)


def of_refusal(stage: str, error: StageError, spec: ResolvedSpec) -> Diagnostic:
    """Return what a stage cannot do as a finding at the place it blames."""
    return Diagnostic(
        code=error.code,
        summary=error.message,
        detail=f"found by the stage {stage}",
        hint=error.hint,
        path=error.path,
        spans=spans(spec, error.path),
    )


def of_warning(warned: BuildWarning, spec: ResolvedSpec) -> Diagnostic:
    """Return the warning a stage announced."""
    return Diagnostic(
        code=warned.code,
        severity="warning",
        summary=warned.message,
        detail=f"found by the stage {warned.stage}",
        path=warned.path,
        spans=spans(spec, warned.path),
    )


def of_missing(missing: InputMissing, spec: ResolvedSpec) -> Diagnostic:
    """Return what is wrong with a missing file (SK801) or one that must not be opened, at the line that names it."""
    path = next((p for p, value in _texts(spec.values) if value == missing.name), "demonstrations")
    return Diagnostic(
        code=missing.code,
        summary=str(missing),
        detail="input files lie beside the spec, in --data DIR, or in a folder of SKILLC_DATA",
        hint=f"put {missing.name} there, or name its folder with --data",
        path=path,
        spans=spans(spec, path),
    )


def spans(spec: ResolvedSpec, path: str) -> tuple[Span, ...]:
    """Return the places that wrote the value at `path`, last one first; the nearest ones if the path itself has none.

    A path that nothing wrote (a section, a whole mapping) is shown at its first value in the spec.
    """
    wanted = path
    while wanted:
        if wanted in spec.origins:
            return tuple(_span(o) for o in reversed(spec.origins[wanted]))
        below = [o for p, places in spec.origins.items() if p.startswith((wanted + ".", wanted + "[")) for o in places]
        own = sorted((o for o in below if o.file == spec.spec_file), key=lambda o: (o.line, o.column))
        if own or below:
            return (_span((own or below)[0]),)
        wanted = wanted.rpartition(".")[0]
    return (Span(file=spec.spec_file, line=1, column=1, end_line=1, end_column=1),)


def _span(origin: Origin) -> Span:
    return Span(
        file=origin.file,
        line=origin.line,
        column=origin.column,
        end_line=origin.line,
        end_column=origin.column + max(1, len(origin.text)),
    )


def _texts(node: JSON, path: str = "") -> list[tuple[str, str]]:
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in _texts(value, f"{path}.{key}" if path else key)]
    if isinstance(node, list):
        return [found for index, value in enumerate(node) for found in _texts(value, f"{path}[{index}]")]
    return [(path, node)] if isinstance(node, str) else []
