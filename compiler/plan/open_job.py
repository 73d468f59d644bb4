"""From the path of a spec to a job: everything `plan` and `build` do before the first stage."""

from pathlib import Path

from skillc.compiler.check.check import require_checked
from skillc.compiler.plan.digest import of_bytes
from skillc.compiler.plan.graph import ordered, until
from skillc.compiler.plan.inputs import data_folders
from skillc.compiler.plan.job import Job
from skillc.compiler.plan.output_folder import accepted
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.stages import stages


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
    text = spec_file.read_bytes()
    resolved, findings = require_checked(text, str(spec_file))
    folder = out if out is not None else spec_file.parent / "build" / str(resolved.at("skill"))
    chosen = stages()
    return Job(
        spec=resolved,
        spec_file=spec_file,
        spec_digest=of_bytes(text),
        stages=until(chosen, last) if last is not None else ordered(chosen),
        data=data_folders(spec_file, data),
        out=accepted(folder),
    ), findings
