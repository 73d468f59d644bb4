"""The frozen unit table: what a unit measures and its factor to SI. Data of `specs/schema/units.json`."""

import json
from functools import cache
from pathlib import Path

# Reading beside the package, not through importlib.resources, keeps 10 ms out of every start.
_TABLE = Path(__file__).parents[2] / "specs" / "schema" / "units.json"
_SPELLINGS = str.maketrans({"²": "^2", "³": "^3", "·": " ", "*": " ", "μ": "µ"})

DIMENSIONLESS = "number"
"""Dimension of a bare number; a percentage has the dimension `ratio` and is accepted in its place."""


@cache
def _table() -> tuple[dict[str, tuple[str, float]], dict[str, tuple[str, str]]]:
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    units = {unit: (entry["dimension"], entry["factor"]) for unit, entry in table["units"].items()}
    dimensions = {name: (entry["si"], entry["likely"]) for name, entry in table["dimensions"].items()}
    return units, dimensions


def lookup(unit: str) -> tuple[str, float] | None:
    """Return (dimension, factor to SI) of a unit as written, or None if it is unknown."""
    units, _ = _table()
    found = units.get(unit)
    return found if found is not None else units.get(" ".join(unit.translate(_SPELLINGS).split()))


def likely_unit(dimension: str) -> str:
    """Return the unit to suggest for a dimension; empty for numbers."""
    _, dimensions = _table()
    return dimensions[dimension][1] if dimension in dimensions else ""


def si_unit(dimension: str) -> str:
    """Return the SI unit of a dimension as a spec writes it; empty for numbers."""
    _, dimensions = _table()
    return dimensions[dimension][0] if dimension in dimensions else ""


def units_of(dimension: str) -> tuple[str, ...]:
    """Return the units that measure a dimension, in the table's order."""
    units, _ = _table()
    return tuple(unit for unit, (measured, _) in units.items() if measured == dimension)


def dimension_names() -> tuple[str, ...]:
    """Return every dimension of the table."""
    _, dimensions = _table()
    return tuple(dimensions)


def nearest_unit(unit: str, dimension: str) -> str:
    """Return the known unit most like a misspelt one, those of the due dimension first; empty if none is like it."""
    # difflib takes 5 ms to load and is needed for mistakes only.
    from difflib import get_close_matches

    units, _ = _table()
    for candidates in (units_of(dimension), tuple(units)):
        found = get_close_matches(unit, candidates, n=1, cutoff=0.5)
        if not found:
            found = [known for known in candidates if known.lower() == unit.lower()]
        if found:
            return found[0]
    return ""
