"""The numbers of pose distillation as the compiled training config gives them (A.3.1, Table 3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from skillc.runtime.formats.records import from_json
from skillc.runtime.learn.distill.clouds import Disturbance
from skillc.runtime.learn.distill.network import NetworkSizes
from skillc.runtime.policies.training_config import HEAD, training_config


@dataclass(frozen=True, kw_only=True)
class VoxelRange:
    """A number drawn evenly for each sample."""

    low: float
    high: float
    kind: Literal["uniform"] = "uniform"
    operation: Literal["set"] = "set"
    logarithmic: bool = False


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a smaller budget changes."""

    max_epochs: int
    patience: int
    max_points: int


@dataclass(frozen=True, kw_only=True)
class DistillSettings:
    """Lengths in metres, angles in radians."""

    keyframes: tuple[str, ...]
    samples: int
    cloud_bank: int
    bank_points: int
    """Of each canonical cloud."""
    voxel: VoxelRange
    max_points: int
    encoder: tuple[int, ...]
    fused: int
    residual_blocks: int
    dropout: float
    optimizer: Literal["adamw", "adam", "sgd"]
    learning_rate: float
    learning_rate_end: float
    """Reached by half a cosine over `max_epochs`."""
    weight_decay: float
    batch_size: int
    max_epochs: int
    patience: int
    """Epochs without a smaller position error on the validation split before stopping."""
    gradient_norm: float
    position_weight: float
    rotation_weight: float
    validation_share: float
    """Of the canonical clouds."""
    jitter: float
    jitter_clip: float
    point_dropout: float
    viewpoint: float = 0.0
    """m, the camera's place is drawn within this of the calibrated one."""
    contact_follows: float = 0.0
    """How far the contact pose keeps to the place of contact on an object of another size; 0: as the paper."""
    camera_position_error: float = 0.0
    camera_rotation_error: float = 0.0
    """One standard deviation per axis of the calibration's error; 0: none, as the paper."""
    budgets: Mapping[str, Budget] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "DistillSettings":
        """Read `training/NAME.yaml`; raises FormatError."""
        values = training_config(path)
        kept = {k: v for k, v in values.items() if k not in HEAD}
        settings: DistillSettings = from_json(cls, kept, path.name)
        return settings

    @property
    def layout(self) -> NetworkSizes:
        """Sizes of the network."""
        return NetworkSizes(
            encoder=self.encoder, fused=self.fused, residual_blocks=self.residual_blocks, dropout=self.dropout
        )

    @property
    def disturbance(self) -> Disturbance:
        """What training does to clouds."""
        return Disturbance(jitter=self.jitter, jitter_clip=self.jitter_clip, point_dropout=self.point_dropout)
