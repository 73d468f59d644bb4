"""When an episode ends early. The end of the demonstration's horizon is no term: it always ends there.

Sources without a paper's name are of Video2Sim2Real (arXiv:2606.08828).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skillc.runtime.terms.term import Bounds, Parameter, Term, by_name, not_implemented

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import BoolArray
    from skillc.runtime.terms.snapshot import Sense, Snapshot


@dataclass(frozen=True, kw_only=True)
class Termination(Term):
    """One kind of early end."""

    parameters: tuple[Parameter, ...]
    """The project's own have one, which a spec writes as `hand_far: 20 cm`."""
    value: Callable[..., BoolArray] = not_implemented
    """(snapshot, **parameters) -> whether to end now (...)."""
    senses: tuple[Sense, ...] = ()
    """What it reads of a snapshot that is not always measured."""


def hand_far(now: Snapshot, *, distance: float) -> BoolArray:
    """Return whether, after contact, the fingertips are on average farther than `distance` from the object."""
    far: BoolArray = now.after_contact & ~(now.tip_distance_m <= distance)
    return far


def object_far(now: Snapshot, *, distance: float) -> BoolArray:
    """Return whether the object is farther than `distance` from where the reference expects it."""
    squared = ((now.flow_centroid - now.flow_centroid_reference) ** 2).sum(axis=-1)
    far: BoolArray = ~(squared <= distance**2)
    return far


def object_turned(now: Snapshot, *, distance: float) -> BoolArray:
    """Return whether the object is turned farther than `distance` (rad) from what the reference expects."""
    return ~(now.object_turn_rad <= distance)


def joints_far(now: Snapshot, *, distance: float) -> BoolArray:
    """Return whether a joint is farther than `distance` (rad) from the reference."""
    return ~(now.joint_distance_rad <= distance)


_FARTHEST = {"length": 5.0, "angle": math.pi, "time": 600.0}
"""ours: nothing on or around a table gets farther; a longer episode than ten minutes is a mistake."""
_SHOWN = {"length": "20 cm", "angle": "45 deg", "time": "10 s"}
_HUMANOID = "a reference of the whole body, with its base (Sugar)"


def _beyond(dimension: str, meaning: str) -> tuple[Parameter, ...]:
    return (
        Parameter(
            name="distance",
            dimension=dimension,
            meaning=meaning,
            bounds=Bounds(above=0.0, most=_FARTHEST[dimension]),
            example=_SHOWN[dimension],
        ),
    )


def _ends(
    name: str,
    dimension: str,
    meaning: str,
    source: str,
    *,
    value: Callable[..., BoolArray] = not_implemented,
    senses: tuple[Sense, ...] = (),
    floating: bool = False,
    needs: str = "",
) -> Termination:
    return Termination(
        name=name,
        meaning=meaning,
        source=source,
        parameters=_beyond(dimension, meaning),
        value=value,
        senses=senses,
        floating=floating,
        needs=needs,
    )


TERMINATIONS = by_name(
    _ends(
        "hand_far",
        "length",
        "Hand further from the object than this, after contact.",
        "A.3.2",
        value=hand_far,
        senses=("tips",),
    ),
    _ends("object_far", "length", "Object further from its reference than this.", "C.2", value=object_far),
    _ends(
        "object_turned",
        "angle",
        "Object turned further from its reference than this.",
        "Sugar, Table 9",
        value=object_turned,
    ),
    _ends("joints_far", "angle", "Joints further from the reference than this.", "C.2", value=joints_far),
    _ends(
        "root_far",
        "length",
        "Base further from the reference than this.",
        "Sugar, Table 9",
        floating=True,
        needs=_HUMANOID,
    ),
    _ends(
        "root_turned",
        "angle",
        "Base turned further from the reference than this.",
        "Sugar, Table 9",
        floating=True,
        needs=_HUMANOID,
    ),
    _ends("body_far", "length", "Any body further from the reference than this.", "Sugar, Table 9", needs=_HUMANOID),
    _ends(
        "after",
        "time",
        "Episode length.",
        "ours: for tasks without a demonstration",
        needs="episodes without a reference; with one they end with it",
    ),
)
"""Every termination the language knows."""
