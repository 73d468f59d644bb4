"""What stands in the theatre besides the props: the table's cover, tag or crosses, sleeve, a second hand."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.demonstrator.hand_skin import HandSkin
from skillc.runtime.demonstrator.nuisance import Nuisance
from skillc.runtime.demonstrator.performance import Performance
from skillc.runtime.demonstrator.props import Visual
from skillc.runtime.demonstrator.second_hand import second_hand
from skillc.runtime.demonstrator.set_design import TABLE_HIGH, TABLE_LOW, Look
from skillc.runtime.demonstrator.tablecloth import cloth_for_table
from skillc.runtime.formats.arrays import Image

TABLE_PX_PER_M = 1500
SLEEVE_START = 0.86
"""Share of the forearm that is bare in the studio."""


@dataclass(frozen=True, kw_only=True)
class Staging:
    """One theatre."""

    cover: Image | None = None
    """Lies on the table; None: bare wood."""
    tag: bool = True
    """A tag lies on the table, else taped crosses."""
    sleeve_start: float = SLEEVE_START
    other_hand: tuple[Visual, ...] = ()
    """A second hand and its sleeve, table frame."""


def stage(
    nuisance: Nuisance, look: Look, skin: HandSkin, performance: Performance, rng: np.random.Generator
) -> Staging:
    """Return the theatre of a level."""
    span = TABLE_HIGH - TABLE_LOW
    size = {"width_m": float(span[0]), "length_m": float(span[1]), "px_per_m": float(TABLE_PX_PER_M)}
    return Staging(
        cover=cloth_for_table(rng, **size) if nuisance.patterned else None,
        tag=nuisance.tag,
        sleeve_start=SLEEVE_START if nuisance.sleeve_start is None else nuisance.sleeve_start,
        other_hand=second_hand(skin, performance, look, rng) if nuisance.second_hand else (),
    )
