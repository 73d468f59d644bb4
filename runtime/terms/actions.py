"""How a policy's action becomes joint targets. An action's entry of 1 is the action's `limit`.

Sources without a paper's name are of Video2Sim2Real (arXiv:2606.08828).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skillc.runtime.terms.term import Bounds, Parameter, Term, by_name, not_implemented

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Action(Term):
    """One way to command a joint group."""

    parameters: tuple[Parameter, ...] = ()
    value: Callable[[FloatArray, FloatArray], FloatArray] = not_implemented
    """(reference, measured), each (n,) rad -> what the scaled action is added to."""


def residual(reference: FloatArray, measured: FloatArray) -> FloatArray:
    """Return the reference: the action corrects it."""
    return reference


def delta(reference: FloatArray, measured: FloatArray) -> FloatArray:
    """Return the measured joints: the action moves on from them."""
    return measured


LIMIT = Parameter(
    name="limit",
    dimension="angle",
    meaning="Largest change; for delta and residual.",
    bounds=Bounds(above=0.0, most=math.pi),
    example="0.06 rad",
)
SMOOTHING = Parameter(
    name="smoothing",
    dimension="ratio",
    meaning="Share of the last correction that each control tick keeps, a low-pass; without it an action is held.",
    bounds=Bounds(least=0.0, most=0.95),
    example="50 %",
    optional=True,
)
SETTINGS = (
    LIMIT,
    Parameter(
        name="scale",
        dimension="angle",
        meaning="Joint change of an action of 1.",
        bounds=Bounds(above=0.0, most=math.pi),
        example="0.06 rad",
        needs="actions beyond -1..1",
    ),
    SMOOTHING,
)
"""What an action may carry besides its kind."""

ACTIONS = by_name(
    Action(
        name="residual",
        meaning="A change of the reference.",
        source="A.3.2",
        parameters=(LIMIT, SMOOTHING),
        value=residual,
    ),
    Action(
        name="delta",
        meaning="A change of the present position.",
        source="C.2; Dex4D, A.1",
        parameters=(LIMIT, SMOOTHING),
        value=delta,
    ),
    Action(
        name="absolute",
        meaning="A position.",
        source="Dex4D, A.1; Sugar, 3.4; humanoid recipe, App. C",
        needs="actions scaled to each joint's range in the contract",
    ),
)
"""Every kind of action the language knows."""
