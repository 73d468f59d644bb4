"""How large an observation is on a given robot, and how its raw value is normalized."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.terms.observation import JOINTS, Observation


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What normalization depends on."""

    lower: FloatArray
    """(n,) rad."""
    upper: FloatArray
    """(n,) rad."""
    length_m: float
    """Length that counts as one, for motion between two policy ticks."""
    angle_rad: float
    """Angle that counts as one."""

    def normalization(self, term: Observation) -> tuple[FloatArray, FloatArray]:
        """Return offset and scale of a term, each (size,): normalized = (raw - offset) * scale.

        Raises:
            ValueError: the term's size is known in words alone.
        """
        if term.normalization == "joint range":
            return (self.lower + self.upper) / 2, 2 / (self.upper - self.lower)
        size = len(self.lower) if term.size == JOINTS else term.size
        if not isinstance(size, int):
            raise ValueError(f"the size of {term.name} is {size}")
        one = {"none": 1.0, "length": self.length_m, "angle": self.angle_rad}[term.normalization]
        return np.zeros(size), np.full(size, 1 / one)
