"""One kind of observation: what a policy may see, how large it is, and how it is normalized."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from skillc.runtime.terms.term import Term, not_implemented

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray
    from skillc.runtime.terms.moment import Moment

JOINTS = "joints"
"""Size of a term that has one entry for every joint."""
Normalization = Literal["joint range", "none", "length", "angle"]
"""Each joint's range as -1..1; as it is; in units of the method's normalizing length or angle."""


@dataclass(frozen=True, kw_only=True)
class Observation(Term):
    """One kind of observation."""

    dimension: str
    """Of each entry: a dimension of `specs/schema/units.json`, `number`, or `picture`."""
    size: int | str
    """Entries, JOINTS, or in words what they depend on."""
    frame: str = "table"
    """In which the entries are given; `joint` where there is none."""
    sensed: bool = True
    """Whether a sensor gives it; what only a simulation knows cannot be observed at deployment."""
    camera: bool = False
    """Whether it needs a camera."""
    normalization: Normalization = "none"
    value: Callable[[Moment], FloatArray] = not_implemented
    """Raw values, (N, size), SI."""
