"""What `skillc build` does when something may have changed."""

import sys
from pathlib import Path

from skillc.compiler.check.open_job import open_job
from skillc.compiler.cli.telling import as_text, tell, telling
from skillc.compiler.plan import findings, receipt
from skillc.compiler.plan.build import Built, StageFailed, build
from skillc.compiler.plan.progress import for_terminal
from skillc.compiler.source.data_folders import InputMissing
from skillc.compiler.source.render import as_record
from skillc.runtime.cli.failures import INPUT_WRONG, WORK_FAILED
from skillc.runtime.formats.extension import added_to_builds


def run(
    spec: Path,
    *,
    out: Path | None,
    data: Path | None,
    until: str | None,
    force: bool,
    upgrade: bool,
    paper: Path,
    as_json: bool,
) -> tuple[receipt.Receipt, Built]:
    """Build, tell what was found, and leave a receipt at `paper`."""
    with telling(as_json=as_json):
        job, found = open_job(spec, out=out, data=data, last=until)
        progress = for_terminal()
        try:
            built = build(job, progress, force=force, upgrade=upgrade)
        except StageFailed as failure:
            progress.close()
            finding = findings.of_failure(failure, job.spec)
            tell([*found, finding], as_json=as_json)
            raise SystemExit(INPUT_WRONG if finding.code.startswith("SK8") else WORK_FAILED) from failure
        except InputMissing as missing:
            progress.close()
            tell([*found, findings.of_missing(missing, job.spec)], as_json=as_json)
            raise SystemExit(INPUT_WRONG) from missing
        finally:
            progress.close()
    found += [findings.of_warning(w, job.spec) for w in built.warnings]
    text = as_text(found)
    print(text, end="", file=sys.stderr)
    made = receipt.Receipt(
        out=job.out,
        stages=tuple(s.name for s in job.stages),
        findings=tuple(as_record(f) for f in found),
        text=text,
    )
    if not added_to_builds():
        # The code of a package under development may change without its distribution changing.
        receipt.write(paper, made, spec_digest=job.spec_digest, inputs=built.inputs)
    return made, built
