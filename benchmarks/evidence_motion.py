"""`make evidence-motion`: build and evaluate every recording, real and simulated, into one table of one commit.

    python -m benchmarks.evidence_motion [--real FOLDER] [--only 'real_*'] [--arms replay,truth] [--minutes 30]

What is recorded for the same code is not run again, so that it may be run in parts: `--only` takes patterns of case
names, `--minutes` begins nothing after that time. Other code begins no part of an old table. Sealed cases are left
out unless `--sealed` is given; what they give is recorded once per release and never replaced.
"""

import argparse
import shutil
import time
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import skillc
from skillc.benchmarks.evidence_arms import ARMS, build, run
from skillc.benchmarks.evidence_cases import ROOT, Case, cases, sealed_seeds
from skillc.benchmarks.evidence_record import OtherCode, Record, SealedRecord, code_digest
from skillc.benchmarks.evidence_table import as_markdown, percent

RESULTS = ROOT / "benchmarks" / "results"


def main() -> None:
    """Run what is asked for and not recorded yet; print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, help="folder with the real videos")
    parser.add_argument("--simulated", type=Path, default=ROOT / "build" / "simulated")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "evidence", help="where builds go")
    parser.add_argument("--result", type=Path, default=RESULTS / "motion.json")
    parser.add_argument("--only", default="*", help="patterns of case names, comma-separated")
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--sealed", action="store_true", help="run the release's sealed seeds, too: once")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin nothing after that time")
    parser.add_argument("--table", action="store_true", help="run nothing, print the tables")
    options = parser.parse_args()
    release = skillc.__version__
    sealed = SealedRecord(RESULTS / f"sealed_{release}.json", "" if options.table else code_digest())
    record = Record(options.result, sealed.code)
    if not options.table:
        seeds = sealed_seeds(release) if options.sealed else ()
        listed = [c for c in cases(options.real, options.simulated, seeds) if matches(c, options.only)]
        run_all(listed, options.arms.split(","), options.out, record, sealed, time.monotonic() + 60 * options.minutes)
    print(f"{record.body.get('provenance', 'nothing recorded')}; sealed cases on commits {commits(sealed)}\n")
    print(as_markdown({**record.body["cases"], **sealed.body["cases"]}))


def commits(sealed: SealedRecord) -> str:
    """Return the commits that sealed cases were run on."""
    found = {row["provenance"]["commit"] for row in sealed.body["cases"].values()}
    return ", ".join(sorted(found)) or "none"


def matches(case: Case, patterns: str) -> bool:
    """Tell whether a case is asked for."""
    return any(fnmatch(case.name, pattern) for pattern in patterns.split(","))


def run_all(
    listed: Sequence[Case], arms: Sequence[str], out: Path, record: Record, sealed: SealedRecord, until: float
) -> None:
    """Build and evaluate in order; every result is written as it comes. Raises SystemExit for other code."""
    try:
        record.require_same_code()
    except OtherCode as reason:
        raise SystemExit(str(reason)) from reason
    for case in listed:
        kept: Record = sealed if case.sealed else record
        try:
            row = kept.row(case.name)
        except OtherCode as reason:
            print(reason)
            continue
        for arm in ("build", *arms):
            if time.monotonic() > until:
                return
            if arm == "truth" and case.truth is None:
                continue
            measure(case, row, arm, out / case.name)
            kept.save()


def measure(case: Case, row: dict[str, Any], arm: str, out: Path) -> None:
    """Add one result to a case's row unless it is there."""
    row.update(task=case.task, kind=case.kind, seed=case.seed, sealed=case.sealed)
    if arm == "build":
        if "build" not in row:
            case.recorded()
            shutil.rmtree(out, ignore_errors=True)
            start = time.monotonic()
            row["build"] = build(case, out) | {"seconds": round(time.monotonic() - start, 1)}
        return
    done = row.setdefault("arms", {})
    if "error" in row["build"] or arm in done:
        return
    if not out.is_dir():
        build(case, out)
    start = time.monotonic()
    done[arm] = run(case, out, ARMS[arm])
    done[arm]["seconds"] = round(time.monotonic() - start, 1)
    print(f"{case.name:<22} {arm:<13} {percent(done[arm]):<18} {done[arm]['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
