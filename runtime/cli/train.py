"""Train the policies that a build emits: resumable, side by side, with curves and an estimate of the time left."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from typer import Option

from skillc.runtime.cli.failures import InputError, StorageFull, WorkFailed
from skillc.runtime.cli.parameters import Build, Json

BudgetName: TypeAlias = Literal["cpu", "full"]


def command(
    build: Build,
    policy: Annotated[str | None, Option(help="Which policy; left out: all that can be trained.")] = None,
    budget: Annotated[BudgetName, Option(help="full: the method's numbers; cpu: some minutes on two cores.")] = "cpu",
    seed: Annotated[int, Option(help="Of samples, weights and batches.", min=0)] = 0,
    out: Annotated[Path | None, Option(help="Where policies go; default BUILD/policies.")] = None,
    restart: Annotated[bool, Option("--restart", help="Begin anew where a training was begun.")] = False,
    workers: Annotated[int, Option(help="Processes side by side.", min=1, max=64)] = 2,
    as_json: Json = False,
) -> int:
    """Train the policies that a build emits; the same command goes on where it was interrupted."""
    from skillc.runtime.learn.session.refusal import TrainingRefused
    from skillc.runtime.learn.train import train_build

    try:
        trained = train_build(
            build, policy=policy, budget=budget, seed=seed, out=out, restart=restart, workers=workers, tell=_Teller()
        )
    except TrainingRefused as refusal:
        if refusal.code == "SK903":
            raise StorageFull(str(refusal)) from refusal
        kind = WorkFailed if refusal.code in ("SK902", "SK904", "SK908", "SK920") else InputError
        raise kind(str(refusal), refusal.hint) from refusal
    if as_json:
        print(json.dumps({"trained": trained.reports, "left": trained.left}))
        return 0
    for name, report in trained.reports.items():
        print(f"{name}: {_residual(report) if 'transitions' in report else _poses(report)}")
    for name, reason in trained.left.items():
        print(f"{name}: not trained: {reason}")
    return 0


def _poses(report: Mapping[str, Any]) -> str:
    judged = report["validation"]
    return (
        f"median {judged['position_median_mm']:.1f} mm, {judged['rotation_median_deg']:.1f} deg, 95 % "
        f"within {judged['position_p95_mm']:.1f} mm, after {report['epochs']} epochs and "
        f"{(report['sampling_s'] + report['training_s']) / 60:.1f} min ({report['samples_per_s']} samples/s)"
    )


def _residual(report: Mapping[str, Any]) -> str:
    judged = report["validation"]
    return (
        f"return {judged['return_policy']:.1f}, {judged['return_nothing']:.1f} without it on the same scenes (gain "
        f"{judged['gain']:.2f} +- {judged['gain_sem']:.2f}), after {report['transitions']} transitions and "
        f"{report['training_s'] / 60:.1f} min ({report['transitions_per_s']} transitions/s)"
    )


class _Teller:
    """Prints a line at a note, and at every twentieth of a training."""

    def __init__(self) -> None:
        self._told: dict[str, Any] = {}

    def __call__(self, progress: Any) -> None:
        part = progress.note or 20 * progress.number // max(progress.most, 1)
        if self._told.get(progress.name) == part:
            return
        self._told[progress.name] = part
        if progress.note:
            print(f"{progress.name}: {progress.note}", file=sys.stderr, flush=True)
            return
        values = ", ".join(
            f"{k} {v:.4g}"
            for k, v in progress.values.items()
            if k.startswith(("loss", "position_m", "reward", "noise"))
        )
        left = f"{progress.left_s / 60:.1f} min left" if progress.left_s == progress.left_s else ""
        print(f"{progress.name}: {progress.number} of {progress.most}, {values}, {left}", file=sys.stderr, flush=True)
