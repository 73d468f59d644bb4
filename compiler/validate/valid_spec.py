"""What validation hands on: the tree it found sound, with every measure parsed."""

from collections.abc import Mapping
from dataclasses import dataclass

from skillc.compiler.source.quantity import Measure
from skillc.compiler.source.tree import Path, SourceTree


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidSpec:
    """A spec without errors of syntax, structure, reference, unit, range or condition."""

    tree: SourceTree
    measures: Mapping[Path, Measure]
    """Every quantity, range, distribution and comparison, by the path of the scalar it is written in; a number
    written with its source (`{value: 5 cm, source: ...}`) is at `(..., "value")`."""
    lost: frozenset[Path]
    """Values that a draft leaves open with `lost`; empty unless checked as a draft."""
