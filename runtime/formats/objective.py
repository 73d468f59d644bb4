"""What a skill is for and how its runs are judged: the part of the resolved spec that the runtime needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.filling import Filling


@dataclass(frozen=True, kw_only=True)
class WantedValue:
    """A bound on one measured value."""

    operator: Literal["<", "<=", ">", ">="]
    value: float
    """SI."""


@dataclass(frozen=True, kw_only=True)
class Objective(Artifact, name="objective", file="objective.json"):
    """`objective.json`."""

    skill: str
    summary: str
    method: str
    """Name of the preset."""
    task_type: str
    success: Mapping[str, WantedValue]
    """Condition of `runtime/terms/success.py` -> what it has to be; all must hold (`task.success` of the spec)."""
    filling: Filling | None
    """What is in the vessel of a pour."""
    squeeze_n: float
    """N, largest force of one finger on the manipulated object; more is unsafe."""
    protocol: Mapping[str, float]
    """Numbers of `method.protocol`, SI: rollouts, scenes and what makes a rollout unsafe."""
