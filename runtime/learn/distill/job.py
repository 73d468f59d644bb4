"""One keyframe of a build's pose policy: its samples, its training, its exported files."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from skillc.runtime.env.definition import Definition
from skillc.runtime.geometry import se3
from skillc.runtime.learn.distill.clouds import Clouds
from skillc.runtime.learn.distill.export import predict, write_onnx, write_safetensors
from skillc.runtime.learn.distill.loss import errors
from skillc.runtime.learn.distill.network import PoseNetwork
from skillc.runtime.learn.distill.settings import DistillSettings
from skillc.runtime.learn.distill.trainer import PoseTrainer
from skillc.runtime.learn.session.budget import within
from skillc.runtime.learn.session.job import PolicyJob
from skillc.runtime.learn.session.loop import TrainingProgress, train
from skillc.runtime.policies.clouds.bank import cloud_bank
from skillc.runtime.policies.poses.contracts import pose_contract
from skillc.runtime.policies.poses.labels import Label
from skillc.runtime.policies.poses.samples import Samples, Viewing, draw_samples
from skillc.runtime.policies.training_config import variations

THREADS = 1
"""ours: keyframes are trained side by side, one thread each; two threads of one network gain nothing on two cores."""
ONNX, SAFETENSORS = "policy.onnx", "policy.safetensors"


@dataclass(frozen=True, kw_only=True)
class PoseJob(PolicyJob):
    """One keyframe."""

    keyframe: str

    @property
    def name(self) -> str:
        """As it is told to the user."""
        return f"{self.policy} {self.keyframe}"


def run_job(job: PoseJob, tell: Callable[[TrainingProgress], None]) -> Mapping[str, Any]:
    """Train one keyframe to the end, or go on with it, and export it; returns its report.

    Raises:
        TrainingRefused: SK900 to SK904.
        FormatError: the build is none, or lacks the policy or the budget.
        ValueError: the motion has no such keyframe.
    """
    torch.set_num_threads(THREADS)
    definition = Definition.load(job.build)
    settings = within(DistillSettings.load(job.config), job.budget)
    at_size = Label.of(job.keyframe, definition.reference, definition.twin)  # type: ignore[arg-type]
    label = at_size.following(settings.contact_follows, definition.world(), definition.reference)
    more = {
        "keyframe": job.keyframe,
        "threads": THREADS,
        "randomization": [[v.quantity, v.kind, v.low, v.high] for v in variations(job.config)],
    }
    return job.once(settings, more, lambda: _trained(job, settings, definition, label, tell))


def _trained(
    job: PoseJob,
    settings: DistillSettings,
    definition: Definition,
    label: Label,
    tell: Callable[[TrainingProgress], None],
) -> Mapping[str, Any]:
    began = time.monotonic()
    samples = _samples(job, settings, definition, label, tell)
    sampled_s = time.monotonic() - began
    learnt, judged = split(samples, settings.validation_share, job.seed)
    trainer = PoseTrainer(settings, learnt, judged, seed=job.seed)
    began, first = time.monotonic(), trainer.number
    train(trainer, job.folder, job.name, tell)
    trained_s, epochs = time.monotonic() - began, trainer.number - first
    network = trainer.best_network()
    contract = pose_contract(
        definition.contract,
        hand=definition.profile.manipulator.hand_body,
        policy=job.policy,
        label=label,
        voxel_m=(settings.voxel.low, settings.voxel.high),
        max_points=settings.max_points,
        normalization=trainer.normalization,
    )
    write_safetensors(network, contract, job.folder / SAFETENSORS)
    write_onnx(network, contract, job.folder / ONNX)
    return {
        "samples": settings.samples,
        "validation_samples": len(judged),
        "epochs": trainer.number,
        "best_epoch": trainer.best_number,
        "sampling_s": round(sampled_s, 1),
        "training_s": round(trained_s, 1),
        "samples_per_s": round(len(learnt) * epochs / max(trained_s, 1e-9)),
        "validation": {k: round(v, 4) for k, v in errors(network, judged).summary().items()},
        "parity": parity(network, judged, job.folder / ONNX),
    }


def split(samples: Samples, share: float, seed: int) -> tuple[Clouds, Clouds]:
    """Split into what is learnt from and what is judged by, by canonical cloud: no cloud is in both (A.3.1).

    Args:
        samples: with the cloud each was made of.
        share: of the clouds that are judged by; at least one is, and at least one is not.
        seed: of the choice.
    """
    groups = np.unique(samples.group)
    if len(groups) < 2:
        raise ValueError("one canonical cloud cannot be both learnt from and judged by")
    count = int(np.clip(round(share * len(groups)), 1, len(groups) - 1))
    kept = np.random.default_rng([seed, 1]).permutation(groups)[:count]
    judged = torch.from_numpy(np.isin(samples.group, kept))
    return Clouds.of(samples, (~judged).nonzero()[:, 0]), Clouds.of(samples, judged.nonzero()[:, 0])


def parity(network: PoseNetwork, clouds: Clouds, path: Path) -> float:
    """Return the largest difference (m, or of a matrix entry) between the network and its exported ONNX file."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    worst = 0.0
    for index in range(min(len(clouds), 64)):
        points = clouds.points[index : index + 1, : int(clouds.count[index])]
        mask = torch.ones(points.shape[:2])
        exported = session.run(None, {"points": points.numpy(), "mask": mask.numpy()})
        for ours, theirs in zip(predict(network, points, mask), exported):
            worst = max(worst, float(np.abs(ours.numpy() - theirs).max()))
    return worst


def _samples(
    job: PoseJob,
    settings: DistillSettings,
    definition: Definition,
    label: Label,
    tell: Callable[[TrainingProgress], None],
) -> Samples:
    def share(done: float) -> None:
        tell(
            TrainingProgress(name=job.name, number=0, most=settings.max_epochs, left_s=float("nan"), values={},
                     note=f"drawing {settings.samples} samples: {done:.0%}")
        )  # fmt: skip

    share(0.0)
    bank = cloud_bank(
        definition.world(), label.thing.name, clouds=settings.cloud_bank, points=settings.bank_points,
        rng=np.random.default_rng([job.seed, 0]),
    )  # fmt: skip
    return draw_samples(
        label,
        bank,
        Viewing(
            T_table_camera=se3.inverse(definition.contract.T_camera_table),
            voxel_m=(settings.voxel.low, settings.voxel.high),
            max_points=settings.max_points,
            viewpoint_m=settings.viewpoint,
            position_error_m=settings.camera_position_error,
            rotation_error_rad=settings.camera_rotation_error,
        ),
        twin=definition.twin,
        randomization=variations(job.config),
        count=settings.samples,
        seed=job.seed,
        progress=share,
    )
