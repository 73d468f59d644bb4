"""`make evidence-policies`: what each part of a policy adds, on the same scenes, and beyond what policies met.

    python -m benchmarks.evidence_policies [--real FOLDER] [--only 'real_*'] [--n 50] [--budget cpu] [--minutes 60]

Every case is built and its keyframe policy trained, then all arms run on the same trials of `test` and `test+physics`,
simulated cases on those of `truth` too, some cases on the stress cells of `runtime/evaluate/stress.py`. An arm that
cannot be run says why in its cell. What is recorded for the same code is not run again; `--builds` takes builds that
are there, with their policies.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, get_args

from skillc.benchmarks.evidence_arms import SEED, build, summary
from skillc.benchmarks.evidence_cases import ROOT, Case, cases
from skillc.benchmarks.evidence_motion import RESULTS, matches
from skillc.benchmarks.evidence_policies_table import as_markdown
from skillc.benchmarks.evidence_record import OtherCode, Record, code_digest
from skillc.benchmarks.evidence_table import percent
from skillc.runtime.evaluate.arms import ARMS
from skillc.runtime.evaluate.judge import judge
from skillc.runtime.evaluate.perturbation import Protocol
from skillc.runtime.evaluate.report import Evaluation
from skillc.runtime.evaluate.stress import Stress
from skillc.runtime.formats.records import FormatError
from skillc.runtime.learn.session.refusal import TrainingRefused
from skillc.runtime.learn.train import train_build
from skillc.runtime.policies.refused import PolicyRefused

COMPARED = ("replay", "residual", "distillation", "squeeze", "both", "ideal", "ideal+squeeze", "ideal+residual")
"""What the issue asks for; an arm that the evaluation does not have is said so."""
STRAINED = ("ideal", "ideal+squeeze", "ideal+residual")
"""Arms of the stress cells: the poses adapted and off by what the cell says, corrected or not."""
STRESSED = ("apple", "peach", "toy", "spice")
PROTOCOLS: tuple[Protocol, ...] = ("test", "test+physics", "truth")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One column of the evidence: where the trials come from."""

    protocol: Protocol
    stress: Stress = "none"

    @property
    def name(self) -> str:
        """Key of the record."""
        return self.protocol if self.stress == "none" else f"stress {self.stress}"

    @property
    def arms(self) -> Sequence[str]:
        """What is compared here."""
        return COMPARED if self.stress == "none" else STRAINED


def cells_of(case: Case) -> list[Cell]:
    """Return the cells of a case, the plain ones first."""
    found = [Cell(protocol=p) for p in PROTOCOLS if p != "truth" or case.truth is not None]
    if case.task in STRESSED:
        found += [Cell(protocol="test", stress=s) for s in get_args(Stress) if s != "none"]
    return found


def measured(case: Case, out: Path, cell: Cell, arm: str, n: int) -> dict[str, Any]:
    """Return what is kept of one arm in one cell, or why there is nothing."""
    known = next((own for own in ARMS if own == arm), None)
    if known is None:
        return {"missing": f"the evaluation has no arm {arm}"}
    truth = case.truth if cell.protocol == "truth" else None
    began = time.monotonic()
    try:
        found = judge(out, cell.protocol, n=n, seed=SEED, arm=known, stress=cell.stress, truth=truth)
    except (PolicyRefused, FormatError, FileNotFoundError) as reason:
        return {"missing": " ".join(str(reason).split())[:200]}
    return summary(found) | _adapted(found) | {"seconds": round(time.monotonic() - began, 1)}


def _adapted(found: Evaluation) -> dict[str, Any]:
    """Return how the motion was adapted: what was refused, how long it took, how far the poses were off."""
    told = [r.adaptation for r in found.rollouts if r.adaptation is not None]
    off = [error for one in told for error in one.position_error_m.values()]
    if not told:
        return {}
    return {
        "refused": sum(bool(one.refused) for one in told),
        "adapted_s": round(median(one.seconds for one in told), 2),
        "pose_error_mm": round(1e3 * median(off), 1) if off else None,
    }


def trained(out: Path, budget: str, seed: int) -> dict[str, Any]:
    """Train what the build emits and return its reports; what cannot be trained is told."""
    began = time.monotonic()
    try:
        found = train_build(out, budget=budget, seed=seed)
    except (TrainingRefused, FormatError) as reason:
        return {"missing": str(reason)[:300]}
    reports = {
        name: {"samples_per_s": r.get("samples_per_s"), **r.get("validation", {})} for name, r in found.reports.items()
    }
    return {"budget": budget, "seed": seed, "minutes": round((time.monotonic() - began) / 60, 1),
            "reports": reports, "left": dict(found.left)}  # fmt: skip


def run_case(case: Case, row: dict[str, Any], out: Path, options: argparse.Namespace, record: Record) -> None:
    """Add what is not there yet to a case's row; begins nothing after the time is over."""
    row.update(task=case.task, kind=case.kind, seed=case.seed, sealed=case.sealed)
    if options.builds is None and "build" not in row:
        case.recorded()
        row["build"] = build(case, out)
        record.save()
    if "error" in row.get("build", {}):
        return
    if options.builds is None and "training" not in row:
        row["training"] = trained(out, options.budget, options.seed)
        record.save()
    for cell in cells_of(case):
        arms = row.setdefault("cells", {}).setdefault(cell.name, {})
        for arm in (a for a in cell.arms if a not in arms or "missing" in arms[a]):
            if time.monotonic() > options.until:
                return
            arms[arm] = measured(case, out, cell, arm, options.n)
            record.save()
            print(f"{case.name:<16} {cell.name:<18} {arm:<16} {percent(arms[arm]) or arms[arm]['missing']}", flush=True)


def main() -> None:
    """Run what is asked for and not recorded yet; print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, help="folder with the real videos")
    parser.add_argument("--simulated", type=Path, default=ROOT / "build" / "simulated")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "policies", help="where builds go")
    parser.add_argument("--builds", type=Path, help="folder with builds and their policies, by the case's task")
    parser.add_argument("--result", type=Path, default=RESULTS / "policies.json")
    parser.add_argument("--only", default="real_*,rgbd_peach_0,rgbd_toy_0,rgbd_book_0")
    parser.add_argument("--n", type=int, default=50)
    parser.add_argument("--budget", default="cpu")
    parser.add_argument("--seed", type=int, default=0, help="of the training")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin nothing after that time")
    parser.add_argument("--table", action="store_true", help="run nothing, print the tables")
    options = parser.parse_args()
    options.until = time.monotonic() + 60 * options.minutes
    record = Record(options.result, "" if options.table else code_digest())
    if not options.table:
        try:
            record.require_same_code()
        except OtherCode as reason:
            raise SystemExit(str(reason)) from reason
        for case in (c for c in cases(options.real, options.simulated, ()) if matches(c, options.only)):
            out = options.out / case.name if options.builds is None else options.builds / case.task
            run_case(case, record.row(case.name), out, options, record)
    print(as_markdown(record.body["cases"]))


if __name__ == "__main__":
    main()
