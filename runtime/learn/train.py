"""What `skillc train BUILD` trains: the policies of a build, each by its algorithm."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.learn.distill.job import PoseJob, run_job
from skillc.runtime.learn.distill.settings import DistillSettings
from skillc.runtime.learn.residual.job import ResidualJob, run_residual
from skillc.runtime.learn.session.hold import held
from skillc.runtime.learn.session.loop import TrainingProgress
from skillc.runtime.learn.session.refusal import TrainingRefused
from skillc.runtime.learn.session.supervisor import supervise
from skillc.runtime.policies.poses.labels import Label
from skillc.runtime.policies.training_config import training_config

TRAINED = ("distill", "ppo")
"""Algorithms that are here."""
FOLDER = "policies"
"""Of a build, beside what the compiler made; a new build carries it along."""


@dataclass(frozen=True, kw_only=True)
class TrainedPolicies:
    """What was trained, and what was left."""

    reports: Mapping[str, Mapping[str, Any]]
    """Policy and keyframe -> report."""
    left: Mapping[str, str]
    """Policy, or policy and keyframe -> why it was not trained."""


def policies_of(build: Path) -> dict[str, str]:
    """Return policy -> algorithm of a build.

    Raises:
        FormatError: the folder is no build, or a config in it is none.
    """
    configs = sorted((build / "training").glob("*.yaml"))
    if not configs:
        raise FormatError(f"{build} has no training/*.yaml; `skillc build SPEC` writes one for each policy")
    return {path.stem: str(training_config(path).get("algorithm")) for path in configs}


def train_build(
    build: Path,
    *,
    policy: str | None = None,
    budget: str = "full",
    seed: int = 0,
    out: Path | None = None,
    restart: bool = False,
    workers: int = 2,
    tell: Callable[[TrainingProgress], None] = lambda progress: None,
) -> TrainedPolicies:
    """Train what a build emits, or go on with it.

    Args:
        build: the folder.
        policy: one of its policies; None takes all that can be trained.
        budget: `full`, the method's own numbers, or a smaller one of the config.
        seed: of samples, weights and batches; the same seed gives the same bytes.
        out: where policies are written, default `BUILD/policies`.
        restart: begin anew where a training was begun.
        workers: processes side by side.
        tell: told how far each training is.

    Raises:
        FormatError: the folder is no build, or a config in it is none.
        TrainingRefused: SK900 to SK904, SK908, SK920; SK907, the policy asked for cannot be trained.
    """
    algorithms = policies_of(build)
    if policy is not None and policy not in algorithms:
        raise TrainingRefused("SK907", f"{build} has no policy {policy!r}", f"it has {', '.join(algorithms)}")
    chosen = [policy] if policy is not None else list(algorithms)
    left = {name: f"no trainer for {algorithms[name]}" for name in chosen if algorithms[name] not in TRAINED}
    jobs: list[PoseJob | ResidualJob] = []
    for name in (n for n in chosen if algorithms[n] == "ppo"):
        folder = (out or build / FOLDER) / name
        jobs.append(ResidualJob(build=build, policy=name, budget=budget, seed=seed, folder=folder))
    for name in (n for n in chosen if algorithms[n] == "distill"):
        found, without = _keyframes(build, name)
        left |= {f"{name} {keyframe}": reason for keyframe, reason in without.items()}
        folder = (out or build / FOLDER) / name
        jobs += [
            PoseJob(build=build, policy=name, keyframe=k, budget=budget, seed=seed, folder=folder / k) for k in found
        ]
    if not jobs:
        told = "; ".join(f"{name}: {reason}" for name, reason in left.items())
        raise TrainingRefused(
            "SK907", f"nothing can be trained: {told}", f"policies of the algorithms {', '.join(TRAINED)} can"
        )
    if restart:
        _clear(jobs)
    return TrainedPolicies(reports=supervise(jobs, _run, workers=workers, tell=tell), left=left)


def _keyframes(build: Path, policy: str) -> tuple[list[str], dict[str, str]]:
    """Return the keyframes that can be learnt, and the others with the reason."""
    reference, twin = Reference.load(build / Reference.FILE), Twin.load(build / Twin.FILE)
    found, without = [], {}
    for keyframe in DistillSettings.load(build / "training" / f"{policy}.yaml").keyframes:
        try:
            Label.of(keyframe, reference, twin)  # type: ignore[arg-type]
        except ValueError as reason:
            without[keyframe] = str(reason)
        else:
            found.append(keyframe)
    return found, without


def _run(job: PoseJob | ResidualJob, tell: Callable[[TrainingProgress], None]) -> Mapping[str, Any]:
    return run_job(job, tell) if isinstance(job, PoseJob) else run_residual(job, tell)


def _clear(jobs: Sequence[PoseJob | ResidualJob]) -> None:
    """Delete what trainings wrote, and nothing else."""
    for job in jobs:
        with held(job.folder):
            for path in job.folder.iterdir():
                if path.is_dir() and path.name.split("-")[0] in ("checkpoints", "tensorboard", "diverged"):
                    shutil.rmtree(path)
                elif path.name in ("config.json", "metrics.csv", "report.json", "policy.onnx", "policy.safetensors"):
                    path.unlink()
