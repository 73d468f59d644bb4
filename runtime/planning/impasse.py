"""Why there is no motion: the constraint that binds, where, and the posture that shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.arrays import FloatArray

Constraint = Literal["reach", "limit", "collision", "direction", "route", "table"]
CODES: dict[Constraint, str] = {
    "reach": "SK540",
    "limit": "SK541",
    "collision": "SK542",
    "direction": "SK543",
    "route": "SK544",
    "table": "SK970",
}


@dataclass(frozen=True, kw_only=True)
class Impasse:
    """One reason; of several candidates' the one that got farthest."""

    constraint: Constraint
    at: str
    """Part of the motion: contact, approach, carry, interaction, retreat, push."""
    what: str
    """In words, with the joint, the links or the distance."""
    progress: int
    """How far the motion got; larger is farther."""
    q: FloatArray | None = None
    """(n,) posture that shows it, if there is one."""
    between: tuple[str, ...] = ()
    """Of a collision: the link and the thing."""

    def __str__(self) -> str:
        """Return code, place and reason on one line."""
        return f"{CODES[self.constraint]}: {self.at}: {self.what}"


class NoPlan(Exception):
    """No motion was found; `impasse` says why."""

    def __init__(self, impasse: Impasse) -> None:
        """Keep the reason."""
        super().__init__(str(impasse))
        self.impasse = impasse


def farthest(failed: Sequence[Impasse]) -> Impasse:
    """Return why the candidate that got farthest failed, the first of several."""
    return max(failed, key=lambda impasse: impasse.progress)
