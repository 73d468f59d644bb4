"""What lies between a command and its joint, and between a joint and its reading; the default is nothing.

What changes in the simulated world itself is `runtime/sim/variation.py`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile

LONGEST_LATENCY_S = 0.05
"""The longest latency of the evaluation protocols (LANGUAGE: 0-50 ms)."""


@dataclass(frozen=True, kw_only=True)
class Imperfections:
    """Of one run; equal records give equal runs. Mappings go by the profile's joint groups; absent groups have none."""

    latency_s: float = 0.0
    """s from sending a command until the servos follow it, 0 .. 0.05."""
    encoder_noise_rad: Mapping[str, float] = field(default_factory=dict)
    """Standard deviation of every reading of the group's joints, rad; the joints themselves do not feel it."""
    backlash_rad: Mapping[str, float] = field(default_factory=dict)
    """Play of the group's joints, rad from end to end: inside it the motor does not move its joint."""
    dropped_share: float = 0.0
    """Share of commands that never arrive, 0 .. 1; the servos keep the last one that did."""
    seed: int = 0
    """Of the readings' noise and of the choice of dropped commands."""

    def __post_init__(self) -> None:
        """Refuse what is no number in range; raises ValueError naming the field."""
        if not 0.0 <= self.latency_s <= LONGEST_LATENCY_S:
            raise ValueError(f"latency_s is {self.latency_s}; expected 0 .. {LONGEST_LATENCY_S} s")
        if not 0.0 <= self.dropped_share <= 1.0:
            raise ValueError(f"dropped_share is {self.dropped_share}; expected 0 .. 1")
        for name in ("encoder_noise_rad", "backlash_rad"):
            for group, value in getattr(self, name).items():
                if not 0.0 <= value < math.inf:
                    raise ValueError(f"{name} of {group} is {value}; expected 0 rad or more")


def by_joint(values: Mapping[str, float], profile: RobotProfile) -> FloatArray:
    """Return for every joint (n,) of `profile` its group's value, 0 where it has none.

    Raises:
        ValueError: the profile has no group of that name.
    """
    known = {group.name: group.joints for group in profile.groups}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"robot {profile.name} has no joint group {unknown[0]!r}; it has {', '.join(known)}")
    of_joint = {joint: values[group] for group, joints in known.items() if group in values for joint in joints}
    return np.array([of_joint.get(name, 0.0) for name in profile.joint_names])
