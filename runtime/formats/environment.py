"""The training and test environment as data: typed terms with resolved values, executed by `runtime/env`.

Files are named relative to the build root. Joint order, observation layout, rates and limits are in
`contract.json`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.physics import PhysicsSettings

PLAYED = "environment/reference.npz"
"""The motion that episodes play where it is not the refined one."""


@dataclass(frozen=True, kw_only=True)
class UsedTerm:
    """One reward or termination."""

    name: str
    """Its key in the spec."""
    function: str
    """A function of `runtime/terms`, or `package:term` of an installed extension."""
    weight: float
    """Reward per control tick at the term's value 1; 1 for terminations."""
    parameters: Mapping[str, float]
    """Keyword arguments of the function, SI."""
    origin: str
    """Where it was written: file:line:column."""


@dataclass(frozen=True, kw_only=True)
class Variation:
    """One randomized quantity."""

    quantity: str
    """E.g. "apple.position.xy", "control.stiffness"."""
    kind: Literal["offset", "scale", "log_scale", "range", "normal"]
    """offset: added, uniform in [low, high]; scale: multiplied, uniform in [low, high], log_scale in its logarithm;
    range: replaced; normal: added noise, `high` is one standard deviation and `low` its mean."""
    low: float
    high: float
    """SI."""
    origin: str


@dataclass(frozen=True, kw_only=True)
class Environment(Artifact, name="environment", file="environment/environment.json"):
    """`environment/environment.json`."""

    skill: str
    twin: str
    """Path of twin.json, relative to the build root."""
    robot: str
    """Path of robot/profile.json."""
    reference: str
    """Path of the motion that episodes play: motion/reference.npz, or PLAYED for another."""
    contract: str
    """Path of contract.json."""
    physics: PhysicsSettings
    settle_s: float
    """Simulated time after the last command before the episode ends."""
    rewards: tuple[UsedTerm, ...]
    terminations: tuple[UsedTerm, ...]
    randomization: tuple[Variation, ...]
    """Of the policy that is trained in it; what other policies meet is in their configs, `training/NAME.yaml`."""
    test_randomization: tuple[Variation, ...]
    """Of the protocol `test`."""
