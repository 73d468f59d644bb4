"""One written value in SI units: measures by the language's grammar, everything else as YAML reads it."""

import re

from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.quantity import Comparison, Measure, Normal, Quantity, Range
from skillc.compiler.source.spelling import inferred
from skillc.compiler.source.tree import Scalar

_MAY_BE_MEASURE = re.compile(r"\s*(?:[+\-±×<>≤≥.\d]|x\s*[\d.]|normal\b|log\b)")
"""How every measure of the grammar begins; anything else is text without a try."""


def converted(scalar: Scalar) -> tuple[JSON, str]:
    """Return the value in SI units and its dimension: a measure's, or number, switch, text, nothing."""
    if scalar.value is None:
        return None, "nothing"
    if isinstance(scalar.value, bool):
        return scalar.value, "switch"
    if isinstance(scalar.value, (int, float)):
        return scalar.value, "number"
    if _MAY_BE_MEASURE.match(scalar.value):
        measure = inferred(scalar)
        if measure is not None:
            return as_json(measure), measure.dimension
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
