"""The frozen unit table: what a unit measures and its factor to SI. Data of `specs/schema/units.json`."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

# Reading beside the package, not through importlib.resources, keeps 10 ms out of every start.
_TABLE = Path(__file__).parents[2] / "specs" / "schema" / "units.json"
_SPELLINGS = str.maketrans({"²": "^2", "³": "^3", "·": " ", "*": " ", "μ": "µ"})
_LETTERS = re.compile(r"[^\W\d_]{2,}|%")

DIMENSIONLESS = "number"
"""Dimension of a bare number; a percentage has the dimension `ratio` and is accepted in its place."""


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


def standard(unit: str) -> str:
    """Return a unit in the table's spelling: `meters per second` and `m / s` are `m/s`, `rad/s**2` is `rad/s^2`.

    What is no unit comes back changed or unchanged; `lookup` knows.
    """
    if unit in _table()["units"]:
        return unit
    words = _table()["words"]
    text = " ".join(unit.replace("**", "^").translate(_SPELLINGS).split())
    text = re.sub(r"\s+(?:per|Per|PER)\s+|\s*/\s*", "/", text)
    return _LETTERS.sub(lambda word: words.get(word[0].lower(), word[0]), text)


def lookup(unit: str) -> tuple[str, float] | None:
    """Return (dimension, factor to SI) of a unit as written, or None if it is unknown."""
    found = _table()["units"].get(standard(unit))
    return None if found is None else (found["dimension"], found["factor"])


def likely_unit(dimension: str) -> str:
    """Return the unit to suggest for a dimension; empty for numbers."""
    return str(_table()["dimensions"].get(dimension, {}).get("likely", ""))


def si_unit(dimension: str) -> str:
    """Return the SI unit of a dimension as a spec writes it; empty for numbers."""
    return str(_table()["dimensions"].get(dimension, {}).get("si", ""))


def units_of(dimension: str) -> tuple[str, ...]:
    """Return the units that measure a dimension, in the table's order."""
    return tuple(unit for unit, entry in _table()["units"].items() if entry["dimension"] == dimension)


def dimension_names() -> tuple[str, ...]:
    """Return every dimension of the table."""
    return tuple(_table()["dimensions"])


def unit_words() -> tuple[str, ...]:
    """Return every unit's names in words."""
    return tuple(_table()["words"])


def is_usual(value: float, dimension: str) -> bool:
    """Whether an SI value has a size that is usual on a table with a robot arm, where the table says what is usual."""
    usual = _table()["dimensions"].get(dimension, {}).get("usual")
    return usual is None or value == 0.0 or bool(usual[0] <= abs(value) <= usual[1])


def nearest_unit(unit: str, dimension: str) -> str:
    """Return the unit of the due dimension that a misspelt one is, of all dimensions where none is due.

    Empty where two come equally near, or where the unit has a prefix: `mn` may be `m` or `mm`, a factor of 1000.
    """
    # difflib takes 5 ms to load and is needed for mistakes only.
    from difflib import SequenceMatcher

    candidates = units_of(dimension) or (() if dimension in dimension_names() else tuple(_table()["units"]))
    alike = [known for known in candidates if known.lower() == standard(unit).lower()]
    if alike:
        return alike[0]
    scored = sorted(((SequenceMatcher(a=unit, b=known).ratio(), known) for known in candidates), reverse=True)
    close = [(score, known) for score, known in scored if score >= 0.5]
    if not close or (len(close) > 1 and close[0][0] - close[1][0] < 0.2):
        return ""
    # `krad/s` is no misspelt `rad/s` but a thousand of them.
    return "" if unit[1:] == close[0][1] and unit[0] in "kMGmcµun" else close[0][1]
