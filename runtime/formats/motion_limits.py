"""The limits of several joints as arrays: what paths are timed by, and what the safety filter keeps."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import JointLimits


class LimitsRefused(ValueError):
    """Limits or a start that nothing safe can be made of; the message names joint and value."""


@dataclass(frozen=True, kw_only=True)
class MotionLimits:
    """Limits per joint, SI; arrays (n,)."""

    lower: FloatArray
    upper: FloatArray
    speed: FloatArray
    acceleration: FloatArray
    jerk: FloatArray

    @classmethod
    def of(
        cls, joints: Iterable[JointLimits], *, share: float = 1.0, at_most_speed: float = float("inf")
    ) -> "MotionLimits":
        """Take the limits of `joints`, one column each.

        Args:
            joints: of a robot profile or a contract.
            share: below 1 leaves that much of speed, acceleration and jerk unused.
            at_most_speed: rad/s, a skill's own bound on every joint.

        Raises:
            LimitsRefused: a limit is missing, not finite or not positive, or a range is empty.
        """
        joints = tuple(joints)
        table: dict[str, FloatArray] = {}
        for name in ("lower", "upper", "speed", "acceleration", "jerk"):
            for joint in joints:
                value = getattr(joint, name)
                sound = isinstance(value, int | float) and np.isfinite(value)
                if not sound or (name not in ("lower", "upper") and not value > 0):
                    raise LimitsRefused(f"{joint.name}: {name} is {value!r}; expected a finite number above zero")
            table[name] = np.array([getattr(joint, name) for joint in joints], dtype=np.float64)
        for joint in joints:
            if not joint.lower < joint.upper:
                raise LimitsRefused(f"{joint.name}: lower {joint.lower} is not below upper {joint.upper}")
        return cls(
            lower=table["lower"],
            upper=table["upper"],
            speed=share * np.minimum(table["speed"], at_most_speed),
            acceleration=share * table["acceleration"],
            jerk=share * table["jerk"],
        )

    def between(self, q: FloatArray, target: FloatArray) -> "MotionLimits":
        """Return these limits with the positions narrowed to the box between q (n,) and target (n,)."""
        return replace(self, lower=np.minimum(q, target), upper=np.maximum(q, target))
