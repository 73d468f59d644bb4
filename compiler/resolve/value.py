"""One written value in SI units: measures by the language's grammar, everything else as YAML reads it."""

import re

from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.quantity import Comparison, Measure, Normal, Quantity, Range
from skillc.compiler.source.spelling import inferred
from skillc.compiler.source.tree import Scalar

_MAY_BE_MEASURE = re.compile(r"\s*(?:[+\-±×<>≤≥.\d]|x\s*[\d.]|normal\b|log\b)")
"""How every measure of the grammar begins; anything else is text without a try."""


LOST = "lost"
"""What a draft writes where the paper's text has no value."""


def converted(scalar: Scalar, measure: Measure | None = None) -> tuple[JSON, str]:
    """Return the value in SI units and its dimension: a measure's, or number, switch, text, nothing.

    Args:
        scalar: as written.
        measure: what validation made of it, if it was due a measure.
    """
    if measure is not None:
        return as_json(measure), measure.dimension
    if scalar.value is None or scalar.value == LOST:
        return None, "nothing"
    if isinstance(scalar.value, bool):
        return scalar.value, "switch"
    if isinstance(scalar.value, (int, float)):
        return scalar.value, "number"
    if _MAY_BE_MEASURE.match(scalar.value):
        found = inferred(scalar)
        if found is not None:
            return as_json(found), found.dimension
    return scalar.value, "text"


def as_json(measure: Measure) -> JSON:
    """Write a measure as the resolved spec keeps it (see ResolvedSpec)."""
    if isinstance(measure, Quantity):
        return measure.value
    if isinstance(measure, Range):
        return {
            "kind": "uniform",
            "low": measure.low,
            "high": measure.high,
            "operation": measure.operation,
            "logarithmic": measure.logarithmic,
        }
    if isinstance(measure, Normal):
        return {"kind": "normal", "mean": measure.mean, "sigma": measure.sigma, "operation": measure.operation}
    assert isinstance(measure, Comparison)
    return {"operator": measure.operator, "value": measure.value}
