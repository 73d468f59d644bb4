"""Guards: `signal op number` joined by `and`, `or`, `not` and parentheses. Parsed, never evaluated as code."""

import math
import re
from typing import Literal, cast

from skillc.runtime.formats.machine import SIGNALS, AllOf, AnyOf, Expression, Negated, SignalComparison

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?P<word>[a-z_]+)|(?P<op><=|>=|==|<|>)|(?P<paren>[()]))"
)
MOST_TOKENS = 200
"""A guard longer than this is refused (ours: keeps nesting within the interpreter's stack)."""


class GuardError(ValueError):
    """The text is no guard; the message names the place and what was expected."""


def parse_guard(text: str) -> Expression:
    """Return the typed expression of a guard.

    Raises:
        GuardError: unknown signal, or text outside the grammar.
    """
    tokens = _tokens(text)
    expression, rest = _any(tokens)
    if rest:
        raise GuardError(f"{text!r}: nothing is expected at {rest[0]!r}")
    return expression


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise GuardError(f"{text!r}: cannot be read at {text[at:].strip()[:10]!r}")
        found.append(match.group().strip())
        at = match.end()
        if len(found) > MOST_TOKENS:
            raise GuardError(f"a guard has at most {MOST_TOKENS} words")
    return found


def _any(tokens: list[str]) -> tuple[Expression, list[str]]:
    first, rest = _all(tokens)
    parts = [first]
    while rest[:1] == ["or"]:
        part, rest = _all(rest[1:])
        parts.append(part)
    return (first if len(parts) == 1 else AnyOf(any=tuple(parts))), rest


def _all(tokens: list[str]) -> tuple[Expression, list[str]]:
    first, rest = _one(tokens)
    parts = [first]
    while rest[:1] == ["and"]:
        part, rest = _one(rest[1:])
        parts.append(part)
    return (first if len(parts) == 1 else AllOf(all=tuple(parts))), rest


def _one(tokens: list[str]) -> tuple[Expression, list[str]]:
    if not tokens:
        raise GuardError("a comparison is expected at the end of the guard")
    head = tokens[0]
    if head == "not":
        part, rest = _one(tokens[1:])
        return Negated(not_=part), rest
    if head == "(":
        part, rest = _any(tokens[1:])
        if rest[:1] != [")"]:
            raise GuardError("a parenthesis is not closed")
        return part, rest[1:]
    if len(tokens) < 3:
        raise GuardError(f"`signal op number` is expected at {' '.join(tokens)!r}")
    signal, op, number, *rest = tokens
    if signal not in SIGNALS:
        raise GuardError(f"there is no signal {signal!r}; there are {', '.join(SIGNALS)}")
    if op not in ("<", "<=", ">", ">=", "=="):
        raise GuardError(f"a comparison is expected after {signal}, found {op!r}")
    if not number[-1].isdigit():
        raise GuardError(f"a number is expected after {signal} {op}, found {number!r}")
    value = float(number)
    if not math.isfinite(value):
        raise GuardError(f"{number} after {signal} {op} is too large")
    return SignalComparison(signal=signal, op=cast(Literal["<", "<=", ">", ">=", "=="], op), value=value), rest
