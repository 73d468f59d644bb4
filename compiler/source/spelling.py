"""The canonical spelling of a measure: `± 5 cm`, `× 0.5 .. 1.5`, `< 7 cm`. The numbers stay as written."""

import re

from skillc.compiler.source.measure_error import MeasureError
from skillc.compiler.source.parse_quantity import Form, parse_measure
from skillc.compiler.source.quantity import Measure
from skillc.compiler.source.tree import Scalar
from skillc.compiler.source.units import DIMENSIONLESS, lookup, standard

_LAST_UNIT = re.compile(r".*(?:^|[\s±×<>≤≥=,+\-x.])\d*\.?\d+(?:[eE][-+]?\d+)?\s*((?:[^\W\d]|[%°µ]).*?)\s*", re.DOTALL)
"""What follows the last number that does not itself belong to a unit (`m/s^2`)."""
_FORMS: tuple[Form, ...] = ("quantity", "range", "normal", "comparison")
_SIGN = re.compile(r"^\s*(\+/-|\+-|±|×|x(?=[\s0-9.ln]))\s*")
_NUMBER_UNIT = re.compile(r"(\d\.?)\s*(?=[^\W\d_]|[%°µ])(?![eE][+-]?\d)")


_UNIT = re.compile(r"(?<=\d )(?:[^\W\d]|[%°])[^,]*?(?=,|\s\.\.|\s*$)")


def inferred(scalar: Scalar) -> Measure | None:
    """Parse a text as a measure of whatever dimension its unit has; None if it is no measure."""
    unit = _LAST_UNIT.fullmatch(scalar.text)
    known = lookup(unit[1]) if unit and unit[1] else None
    try:
        return parse_measure(scalar, known[0] if known else DIMENSIONLESS, _FORMS)
    except MeasureError:
        return None


def spelled(scalar: Scalar) -> str:
    """Return a measure's canonical text; what is no measure, or would change, stays as written."""
    before = inferred(scalar)
    if before is None:
        return scalar.text
    text = " ".join(scalar.text.replace("−", "-").split())
    text = _SIGN.sub(lambda sign: {"x": "×", "×": "×"}.get(sign[1], "±") + " ", text)
    text = re.sub(r"\s*\.\.\s*", " .. ", text)
    text = re.sub(r"^(<=|>=|<|>|≤|≥)\s*", lambda op: op[1].replace("≤", "<=").replace("≥", ">=") + " ", text)
    text = re.sub(r"\s*,\s*", ", ", text)
    text = _NUMBER_UNIT.sub(r"\1 ", text)
    text = _UNIT.sub(_in_symbols, text)
    after = inferred(Scalar(text, text, True, scalar.span))
    same = after is not None and _content(after) == _content(before)
    return text if same else scalar.text


def _in_symbols(unit: re.Match[str]) -> str:
    """Return `m` for `meters`; a symbol of the table stays as written."""
    return standard(unit[0]) if lookup(unit[0]) else unit[0]


def _content(measure: Measure) -> tuple[object, ...]:
    """Return everything a measure says besides its text."""
    return tuple(getattr(measure, name) for name in type(measure).__slots__ if name not in ("text", "span"))
