"""From the path of a spec to a job: everything `plan` and `build` do before the first stage."""

from dataclasses import replace
from pathlib import Path

from skillc.compiler.check.check import check_tree
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.plan.digest import of_bytes
from skillc.compiler.plan.graph import until
from skillc.compiler.plan.job import Job
from skillc.compiler.plan.output_folder import accepted
from skillc.compiler.source.data_folders import data_folders
from skillc.compiler.source.diagnostic import Diagnostic, SourceError, has_errors
from skillc.compiler.source.load import load_bytes, read

MISSING = ("SK801", "SK340")
"""A file or a package that the spec names is not there: a warning in `check`, an error here."""


def open_job(spec_file: Path, *, out: Path | None, data: Path | None, last: str | None) -> tuple[Job, list[Diagnostic]]:
    """Return the job of a spec and the warnings of the front end.

    Args:
        spec_file: the spec.
        out: the build folder; default `build/<skill>` beside the spec.
        data: a folder with input files, besides the spec's own.
        last: the last stage to run; default all.

    Raises:
        SourceError: with all findings, if one is an error.
        OutputRefused: the build folder cannot be used.
        UnknownStage: no stage is called `last`.
    """
    text = read(spec_file, str(spec_file))
    folders = data_folders(spec_file, data)
    checked = check_tree(load_bytes(text, str(spec_file)), folders, last=last)
    findings = [replace(d, severity="error") if d.code in MISSING else d for d in checked.diagnostics]
    if checked.resolved is None or has_errors(findings):
        raise SourceError(tuple(findings))
    folder = out if out is not None else spec_file.parent / "build" / str(checked.resolved.at("skill"))
    accepted_folder = accepted(folder)
    stages = chosen(checked.resolved)
    stages = until(stages, last) if last is not None else stages
    return Job(
        spec=checked.resolved,
        spec_file=spec_file,
        spec_digest=of_bytes(text),
        stages=stages,
        data=folders,
        out=accepted_folder,
    ), findings
