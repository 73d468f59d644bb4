"""For which places of the manipulated object the whole skill has a motion."""

from dataclasses import dataclass
from typing import Annotated

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Sizes


@dataclass(frozen=True, kw_only=True)
class TableMap(Artifact, name="table_map", file="report/table_map.json"):
    """`report/table_map.json`; N places, the target and everything else where they were demonstrated."""

    xy: Annotated[FloatArray, Sizes("N", 2)]
    """(N, 2) m, table frame: places of the object, turned as demonstrated."""
    binding: Annotated[tuple[str, ...], Sizes("N")]
    """(N,) the constraint that binds; empty where there is a motion."""
    step_m: float
    """Between neighbouring places."""

    @property
    def share(self) -> float:
        """Share of the places that have a motion."""
        return sum(not b for b in self.binding) / max(len(self.binding), 1)
