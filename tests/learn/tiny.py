"""A pose training small enough for unit tests: boxes on a table, anchors above them, a few samples and epochs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.learn.distill.clouds import Clouds
from skillc.runtime.learn.distill.settings import DistillSettings, VoxelRange
from skillc.runtime.policies.poses.samples import Samples
from tests.small_build import _box, make_small_build

SPEC = """
skill: lift-a-box
language: 1
demonstrations: {recording: box.mp4}
cameras:
  main: {model: realsense_d455, focal: 582 px, calibration: {tag: tagStandard41h12, id: 0, size: 53.3 mm}}
scene:
  objects:
    box: {role: manipulated, material: cardboard}
    tub: {role: target, material: plastic}
task: {type: grasp}
hardware: kinova_gen3_leap
method: video2sim2real
randomization:
  box.position.xy: ± 5 cm
  box.yaw: ± 10 deg
  box.scale: 0.8 .. 1.2
  tub.position.xy: ± 5 cm
policies:
  keyframe_pose:
    samples: 60
    cloud_bank: 6
    bank_points: 96
    max_points: 40
    encoder: [8, 8]
    fused: 8
    batch_size: 16
    max_epochs: 12
    patience: 12
deploy:
  on_fault: {else: hold}
"""

T_HAND: dict[str, FloatArray] = {
    "contact": np.array([[1.0, 0, 0, 0.01], [0, -1, 0, 0.2], [0, 0, -1, 0.15], [0, 0, 0, 1]]),
    "interaction": np.array([[0.0, 1, 0, 0.2], [1, 0, 0, 0.25], [0, 0, -1, 0.3], [0, 0, 0, 1]]),
}
"""Hand poses of the made-up motion, table frame."""

OVERHEAD = np.array([[1.0, 0, 0, 0.05], [0, -1, 0, 0.2], [0, 0, -1, 1.0], [0, 0, 0, 1]])
"""T_camera_table of a camera 1 m above the table."""


def pose_twin() -> Twin:
    return Twin(
        objects=(_box("box", "manipulated", 0.0), _box("tub", "target", 0.15)), task_type="grasp", table_friction=0.6,
        table_half_size_m=(0.6, 0.6), table_center_m=(0.0, 0.3),
    )  # fmt: skip


def pose_reference() -> Reference:
    nowhere = np.full((len(PHASES), 4, 4), np.nan)
    return Reference(
        time_s=np.arange(3) / 60, qpos=np.zeros((3, 2)), joint_names=("a", "b"), phase=np.array([0, 2, 3]),
        T_table_robot=np.eye(4), anchor_index=np.array([1, 2]), anchor_name=tuple(T_HAND),
        anchor_T_table_hand=np.stack(list(T_HAND.values())), T_manip_hand=nowhere, T_target_hand=nowhere,
        T_table_manip=np.tile(np.eye(4), (3, 1, 1)), demonstrated_frame=np.full(3, np.nan),
    )  # fmt: skip


def make_pose_build(out: Path, spec: str = SPEC) -> None:
    """Write a build whose motion has the anchors of both keyframes, and whose camera hangs above the table."""
    make_small_build(out, spec)
    reference = Reference.load(out / Reference.FILE)
    replace(
        reference, anchor_index=np.array([20, 40]), anchor_name=tuple(T_HAND),
        anchor_T_table_hand=np.stack(list(T_HAND.values())),
    ).save(out / Reference.FILE)  # fmt: skip
    from skillc.runtime.formats.contract import Contract

    contract = Contract.load(out / Contract.FILE)
    replace(contract, T_camera_table=np.linalg.inv(OVERHEAD)).save(out / Contract.FILE)


def settings(**changed: object) -> DistillSettings:
    plain = DistillSettings(
        keyframes=("contact",), samples=60, cloud_bank=6, bank_points=64, voxel=VoxelRange(low=0.01, high=0.017),
        max_points=40, encoder=(8, 8), fused=8, residual_blocks=2, dropout=0.2, optimizer="adamw", learning_rate=1e-3,
        learning_rate_end=1e-6, weight_decay=1e-6, batch_size=16, max_epochs=4, patience=4, gradient_norm=1.0,
        position_weight=1.0, rotation_weight=1.0, validation_share=0.15, jitter=0.001, jitter_clip=0.004,
        point_dropout=0.2,
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]


def samples(count: int = 48, seed: int = 0) -> Samples:
    """Random clouds of 8 to 20 points, each with the hand 20 cm above its centroid, farther off the farther out."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(8, 21, count)
    points = np.zeros((count, 20, 3), dtype=np.float32)
    poses = np.tile(np.eye(4), (count, 1, 1))
    for i, n in enumerate(lengths):
        middle = rng.uniform(-0.05, 0.05, 3)
        points[i, :n] = middle + rng.uniform(-0.03, 0.03, (n, 3))
        centroid = points[i, :n].mean(axis=0)
        poses[i, :3, 3] = centroid * [2.0, 3.0, 2.0] + [0.0, 0.0, 0.2]
    return Samples(points=points, count=lengths, T_table_hand=poses, group=np.arange(count) % 6)


def clouds(count: int = 48, seed: int = 0) -> Clouds:
    return Clouds.of(samples(count, seed), torch.arange(count))
