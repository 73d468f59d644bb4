"""Show what a build would do: stages to run or reuse and why, expected time and disk on this machine."""

import json
import sys
from pathlib import Path

from skillc.compiler.check.open_job import open_job
from skillc.compiler.cli.parameters import Data, Out, Spec, Until
from skillc.compiler.cli.telling import as_text, tell, telling
from skillc.compiler.plan import findings
from skillc.compiler.plan.published import present
from skillc.compiler.plan.steps import as_table, plan
from skillc.compiler.source.data_folders import InputMissing
from skillc.compiler.source.render import as_record
from skillc.runtime.cli.failures import INPUT_WRONG
from skillc.runtime.cli.parameters import Json
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.machine_proof import longest_s
from skillc.runtime.formats.records import FormatError


def command(
    spec: Spec,
    out: Out = None,
    data: Data = None,
    until: Until = None,
    json_: Json = False,
) -> None:
    """Say what `skillc build` would run or reuse, why, and what it is expected to take. Writes nothing."""
    with telling(as_json=json_):
        job, found = open_job(spec, out=out, data=data, last=until)
        try:
            digests = job.input_digests()
        except InputMissing as missing:
            tell([*found, findings.of_missing(missing, job.spec)], as_json=json_)
            raise SystemExit(INPUT_WRONG) from missing
        steps = plan(job, digests, present(job.out).lock)
    longest = _longest_s(job.out / Machine.FILE)
    print(as_text(found), end="", file=sys.stderr)
    if json_:
        rows = [
            {
                "stage": s.stage, "action": s.action, "reasons": list(s.reasons),
                "expected_s": None if s.expected is None else s.expected.seconds,
                "expected_bytes": None if s.expected is None else s.expected.bytes,
            }
            for s in steps
        ]  # fmt: skip
        print(
            json.dumps(
                {
                    "out": str(job.out),
                    "steps": rows,
                    "longest_run_s": longest,
                    "diagnostics": [as_record(f) for f in found],
                }
            )
        )
    else:
        print(as_table(steps))
        if longest is not None:
            print(f"as it was built, no run of the skill lasts longer than {longest:.0f} s")


def _longest_s(file: Path) -> float | None:
    """Return the longest that a run can last, of a machine that was built; None where there is none to read."""
    try:
        return longest_s(Machine.load(file))
    except FormatError:
        return None
