"""The stage pass: what a stage of the spec's method would refuse after minutes of others, told now.

A stage judges its parameters, and the headers of its input files where they are here; nothing is decoded.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.plan.findings import of_refusal, spans
from skillc.compiler.plan.graph import until
from skillc.compiler.plan.stage import Stage, StageError
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.data_folders import InputMissing, find_input
from skillc.compiler.source.diagnostic import Diagnostic


def check_stages(spec: ResolvedSpec, folders: tuple[Path, ...] | None, last: str | None) -> list[Diagnostic]:
    """Return what the stages up to `last` (all if None) refuse.

    Args:
        spec: a spec that every other pass finds sound.
        folders: where input files are looked for; None to look into none.
        last: name of the last stage that would run.

    Raises:
        UnknownStage: no stage of the method is called `last`.
    """
    stages = chosen(spec)
    return [finding for stage in (until(stages, last) if last else stages) for finding in _judged(stage, spec, folders)]


def _judged(stage: Stage, spec: ResolvedSpec, folders: tuple[Path, ...] | None) -> Iterator[Diagnostic]:
    parameters = stage.parameters(spec)
    try:
        stage.refuse(parameters)
        if folders is not None and stage.files(spec):
            stage.inspect(parameters, lambda name: find_input(name, folders))
    except StageError as error:
        found = of_refusal(stage.name, error, spec)
        # A spec may be reviewed before there is a recording.
        yield replace(found, severity="warning") if error.code == InputMissing.code else found
    except InputMissing:
        return  # The input pass tells, at every line that names a file.
    except ModuleNotFoundError as missing:
        yield _unread(stage, missing, spec)


def _unread(stage: Stage, missing: ModuleNotFoundError, spec: ResolvedSpec) -> Diagnostic:
    names = stage.files(spec)
    path = next((p for p in spec.origins if spec.origins[p][-1].text == names[0]), "demonstrations")
    return Diagnostic(
        code="SK858",
        severity="warning",
        summary=f"{names[0]} was not looked into: the package {missing.name} is not installed",
        detail="whether its pictures, length and format fit the spec shows in a build",
        hint="install skillc[build] to have it checked here",
        path=path,
        spans=spans(spec, path),
    )
