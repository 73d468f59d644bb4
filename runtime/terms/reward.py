"""One kind of reward or penalty, and the parameters that several have."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from skillc.runtime.terms.term import Bounds, Parameter, Term, not_implemented

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray
    from skillc.runtime.terms.snapshot import Sense

PAPERS_EXPRESSION = "the paper's own expression of this term"


@dataclass(frozen=True, kw_only=True)
class Reward(Term):
    """One kind of reward or penalty."""

    sign: Literal[-1, 0, 1]
    """Of its weight: 1 where the term measures what is wanted, -1 what is unwanted, 0 where papers write both."""
    parameters: tuple[Parameter, ...] = ()
    of_goals: bool = False
    """Whether it is measured against the spec's goals."""
    value: Callable[..., FloatArray] = not_implemented
    """(snapshot, **parameters) -> values (...) of control ticks."""
    senses: tuple[Sense, ...] = ()
    """What it reads of a snapshot that is not always measured."""


_WIDEST = {"length": 2.0, "angle": math.pi, "speed": 10.0, "angular speed": 60.0, "force": 1000.0, "time": 60.0}
"""ours: beyond it (an arm's span, half a turn, ...) a kernel is flat everywhere the robot can be."""
_SHOWN = {
    "length": "5 cm", "angle": "10 deg", "speed": "0.3 m/s", "angular speed": "60 deg/s", "force": "20 N",
    "time": "0.5 s",
}  # fmt: skip


def scale(dimension: str) -> Parameter:
    """Return the width of a kernel."""
    return Parameter(
        name="scale",
        dimension=dimension,
        meaning="Where the term has fallen to 1/e, or its threshold.",
        bounds=Bounds(above=0.0, most=_WIDEST[dimension]),
        example=_SHOWN[dimension],
    )


EVERY_REWARD = (
    Parameter(
        name="when",
        dimension="training condition",
        meaning="The term counts only while this holds.",
        needs="rewards that look at the signals of the simulation",
    ),
    Parameter(
        name="offset",
        dimension="number",
        meaning="Constant in the paper's expression.",
        needs=PAPERS_EXPRESSION,
    ),
    Parameter(
        name="slope",
        dimension="number",
        meaning="Factor of the distance in the paper's expression.",
        needs=PAPERS_EXPRESSION,
    ),
)
"""Settings that any reward may carry as its paper prints them."""
