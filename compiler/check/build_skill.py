"""Build a skill from Python: what `skillc build` does, without a terminal."""

from dataclasses import dataclass
from pathlib import Path

from skillc.compiler.plan import threads
from skillc.compiler.plan.progress import Progress, Silent
from skillc.compiler.source.data_folders import InputMissing
from skillc.compiler.source.diagnostic import Diagnostic, SourceError


@dataclass(frozen=True, kw_only=True)
class BuiltSkill:
    """A build folder that is up to date."""

    folder: Path
    ran: tuple[str, ...]
    """Stages that ran, in order."""
    reused: tuple[str, ...]
    """Stages whose outputs were there already."""
    warnings: tuple[Diagnostic, ...]
    """Of the spec and of the stages, each at its line of the spec."""


def build_skill(
    spec: Path | str,
    *,
    out: Path | str | None = None,
    data: Path | str | None = None,
    until: str | None = None,
    force: bool = False,
    upgrade: bool = False,
    progress: Progress | None = None,
) -> BuiltSkill:
    """Build everything a skill needs; what did not change is not made again.

    >>> import skillc
    >>> built = skillc.build("apple.yaml", until="robot")
    >>> built.folder.name, built.ran
    ('apple-to-plate', ('robot',))
    >>> skillc.build("apple.yaml", until="robot").reused
    ('robot',)

    Linear algebra runs on one thread, as in `skillc build`; a warning says when numpy was imported too early for that.

    Args:
        spec: the spec, a YAML file.
        out: the build folder; default `build/<skill>` beside the spec.
        data: a folder with recordings, besides the spec's own and SKILLC_DATA.
        until: the last stage to run, with all it needs; default all stages.
        force: overwrite outputs that were edited by hand.
        upgrade: rebuild a folder of another version of skillc.
        progress: told about every stage that runs; default nobody.

    Raises:
        SourceError: with findings: the spec is wrong, an input is missing, or a stage refuses what it got.
        OutputRefused, UnknownStage, Busy, Edited, InputChanged, NoSpace, WorkspaceGone: as of `open_job` and the
            engine's `build`; what was published before is untouched.
    """
    threads.pin_or_warn()
    # Only now: they bring numpy with them.
    from skillc.compiler.check.open_job import open_job
    from skillc.compiler.plan import findings
    from skillc.compiler.plan.build import StageFailed, build

    job, found = open_job(
        Path(spec),
        out=None if out is None else Path(out),
        data=None if data is None else Path(data),
        last=until,
    )
    try:
        built = build(job, progress or Silent(), force=force, upgrade=upgrade)
    except StageFailed as failure:
        raise SourceError((*found, findings.of_failure(failure, job.spec))) from failure
    except InputMissing as missing:
        raise SourceError((*found, findings.of_missing(missing, job.spec))) from missing
    warnings = (*found, *(findings.of_warning(warned, job.spec) for warned in built.warnings))
    return BuiltSkill(folder=job.out, ran=tuple(built.ran), reused=tuple(built.reused), warnings=warnings)
