"""Whether a condition can hold at all, and whether it can fail: by interval arithmetic over its signals.

A signal has a range it cannot leave (a distance is not negative). Comparisons of one signal that must hold together
leave an interval of it, maybe none; different signals are taken as independent, so that a verdict is never wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from skillc.compiler.validate.condition import Compared, Condition, Flag, Joined

MOST_CASES = 512
"""Alternatives looked at; a condition with more is taken to be possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSpan:
    """Values that a signal may have."""

    least: float
    most: float


_Fact = tuple[str, str, float]
"""Signal, operator (`is` and `is not` for flags), value."""


def can_hold(condition: Condition, ranges: Mapping[str, ValueSpan]) -> bool:
    """Say whether some values within the signals' ranges satisfy a condition."""
    cases = _cases(condition, wanted=True)
    return len(cases) > MOST_CASES or any(_possible(case, ranges) for case in cases)


def can_fail(condition: Condition, ranges: Mapping[str, ValueSpan]) -> bool:
    """Say whether some values within the signals' ranges do not satisfy a condition."""
    cases = _cases(condition, wanted=False)
    return len(cases) > MOST_CASES or any(_possible(case, ranges) for case in cases)


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _cases(condition: Condition, *, wanted: bool) -> list[tuple[_Fact, ...]]:
    """Return alternatives, each a set of facts that together make the condition hold, or fail."""
    if isinstance(condition, Flag):
        return [((condition.signal, "is" if wanted else "is not", 0.0),)]
    if isinstance(condition, Compared):
        operator = condition.operator if wanted else _OPPOSITE[condition.operator]
        return [((condition.signal, operator, condition.value),)]
    return _joined(condition, wanted=wanted)


def _joined(condition: Joined, *, wanted: bool) -> list[tuple[_Fact, ...]]:
    if condition.operator == "not":
        return _cases(condition.parts[0], wanted=not wanted)
    parts = [_cases(part, wanted=wanted) for part in condition.parts]
    if (condition.operator == "and") != wanted:
        return [case for part in parts for case in part][: MOST_CASES + 1]
    count = 1
    for part in parts:
        count *= len(part)
    if count > MOST_CASES:
        return [()] * (MOST_CASES + 1)
    return [tuple(fact for case in chosen for fact in case) for chosen in product(*parts)]


def _possible(facts: tuple[_Fact, ...], ranges: Mapping[str, ValueSpan]) -> bool:
    least: dict[str, tuple[float, bool]] = {}
    most: dict[str, tuple[float, bool]] = {}
    flags: dict[str, str] = {}
    for signal, operator, value in facts:
        if operator in ("is", "is not"):
            if flags.setdefault(signal, operator) != operator:
                return False
            continue
        known = ranges.get(signal)
        if known is not None:
            least.setdefault(signal, (known.least, False))
            most.setdefault(signal, (known.most, False))
        strict = operator in ("<", ">")
        # The tighter end wins, of two equal ones the one that excludes itself.
        if operator in (">", ">="):
            least[signal] = max(least.get(signal, (value, strict)), (value, strict))
        else:
            upper = most.get(signal, (value, strict))
            most[signal] = min(upper, (value, strict), key=lambda end: (end[0], not end[1]))
    for signal in least.keys() & most.keys():
        (low, open_low), (high, open_high) = least[signal], most[signal]
        if low > high or (low == high and (open_low or open_high)):
            return False
    return True
