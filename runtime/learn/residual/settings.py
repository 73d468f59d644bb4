"""The numbers of residual reinforcement learning as the compiled training config gives them (A.3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from skillc.runtime.formats.records import from_json
from skillc.runtime.policies.training_config import HEAD, training_config

ELSEWHERE = ("base", "act", "rate", "terminate", "seeds")
"""Settings that reach the training through contract and environment, and the one of several trainings compared."""


@dataclass(frozen=True, kw_only=True)
class ResidualBudget:
    """What a smaller budget changes."""

    environments: int
    steps_per_update: int
    minibatch: int
    iterations: int
    learning_rate: float


@dataclass(frozen=True, kw_only=True)
class ResidualSettings:
    """Of PPO."""

    environments: int
    steps_per_update: int
    """Policy steps of each environment."""
    minibatch: int
    epochs: int
    iterations: int
    """Updates."""
    discount: float
    gae_lambda: float
    clip: float
    learning_rate: float
    """At the start; it follows the KL divergence."""
    kl_target: float
    hidden: tuple[int, ...]
    activation: Literal["elu", "relu", "tanh", "gelu", "silu"]
    initial_noise: float
    """Standard deviation of actions at the start; 1 is the largest correction."""
    entropy_weight: float
    value_weight: float
    gradient_norm: float
    budgets: Mapping[str, ResidualBudget] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "ResidualSettings":
        """Read `training/NAME.yaml`; raises FormatError."""
        kept = {k: v for k, v in training_config(path).items() if k not in (*HEAD, *ELSEWHERE)}
        settings: ResidualSettings = from_json(cls, kept, path.name)
        return settings

    @property
    def minibatches(self) -> int:
        """Of one epoch."""
        return max(1, self.environments * self.steps_per_update // self.minibatch)
