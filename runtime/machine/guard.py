"""Evaluate guards: typed comparisons of named signals, nothing else."""

import operator
from collections.abc import Callable, Mapping

from skillc.runtime.formats.machine import AllOf, AnyOf, Expression, Negated, SignalComparison

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


def holds(guard: Expression, signals: Mapping[str, float]) -> bool:
    """Return whether `guard` is true; a comparison with an unknown or NaN signal is false (NaN compares false)."""
    if isinstance(guard, SignalComparison):
        return _OPERATORS[guard.op](signals.get(guard.signal, float("nan")), guard.value)
    if isinstance(guard, Negated):
        return not holds(guard.not_, signals)
    if isinstance(guard, AllOf):
        return all(holds(part, signals) for part in guard.all)
    assert isinstance(guard, AnyOf)
    return any(holds(part, signals) for part in guard.any)
