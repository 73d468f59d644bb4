"""Build a skill: twin, motion, environment, training configs and state machine from a spec and its video."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from skillc.compiler.cli.telling import show, tell, telling
from skillc.compiler.plan import findings
from skillc.compiler.plan.build import StageFailed, build
from skillc.compiler.plan.inputs import InputMissing
from skillc.compiler.plan.open_job import open_job
from skillc.compiler.plan.progress import for_terminal
from skillc.compiler.source.render import as_record
from skillc.runtime.cli.failures import INPUT_WRONG, WORK_FAILED


def command(
    spec: Annotated[Path, typer.Argument(help="The spec, a YAML file.")],
    out: Annotated[Path | None, typer.Option(help="Build folder; default build/<spec> beside the spec.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder with the recordings, besides the spec's own.")] = None,
    until: Annotated[str | None, typer.Option(help="Last stage to run, with all it needs.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite outputs that were edited by hand.")] = False,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Rebuild a folder of another skillc version.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Build everything a skill needs; what did not change is not made again."""
    with telling(as_json=json_):
        job, found = open_job(spec, out=out, data=data, last=until)
        progress = for_terminal()
        try:
            built = build(job, progress, force=force, upgrade=upgrade)
        except StageFailed as failure:
            finding = findings.of_failure(failure, job.spec)
            progress.close()
            tell([*found, finding], as_json=json_)
            raise typer.Exit(INPUT_WRONG if finding.code.startswith("SK8") else WORK_FAILED) from failure
        except InputMissing as missing:
            progress.close()
            tell([*found, findings.of_missing(missing, job.spec)], as_json=json_)
            raise typer.Exit(INPUT_WRONG) from missing
        finally:
            progress.close()
    found += [findings.of_warning(w, job.spec) for w in built.warnings]
    show(found)
    for note in built.notes:
        print(f"note: {note}", file=sys.stderr)
    if json_:
        document = {
            "out": str(job.out), "ran": built.ran, "reused": built.reused, "published": built.published,
            "notes": built.notes, "diagnostics": [as_record(f) for f in found],
        }  # fmt: skip
        print(json.dumps(document, ensure_ascii=False))
    elif built.published:
        print(f"built {job.out}: {len(built.ran)} stages run, {len(built.reused)} reused")
    else:
        print(f"{job.out} is up to date: {len(built.reused)} stages")
