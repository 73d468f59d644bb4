"""A condition's text as tokens and numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from skillc.compiler.source.parse_quantity import article
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.units import DIMENSIONLESS, lookup, nearest_unit

FLAG = "flag"
"""Dimension of a signal that is true or false."""


_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+)\s*(?P<unit>%|[A-Za-zµ°][A-Za-zµ°]*(?:/[A-Za-z]+"
    r"(?:\^[0-9])?)?)?|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark><=|>=|<|>|[-+*/()])|(?P<other>\S))"
)


WORDS = ("and", "or", "not")


class ConditionError(Exception):
    """The text is no condition; carries the diagnostic's parts and where in the text it goes wrong."""

    def __init__(self, code: str, offset: int, summary: str, *, detail: str = "", hint: str = "") -> None:
        """Keep the diagnostic's code and parts; `offset` counts characters from the text's start."""
        super().__init__(summary)
        self.code, self.offset, self.summary, self.detail, self.hint = code, offset, summary, detail, hint


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a condition's text."""

    kind: str
    text: str
    unit: str
    offset: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A number with its dimension."""

    value: float
    dimension: str


def quotient(left: Constant, right: Constant, at: int) -> Constant:
    """Return `left / right`; raises ConditionError for a division by zero."""
    if right.value == 0.0:
        raise ConditionError("SK712", at, "division by zero", detail="the divisor is not 0")
    if right.dimension not in (DIMENSIONLESS, left.dimension):
        wrong = f"{article(left.dimension)} over {article(right.dimension)}"
        raise ConditionError("SK711", at, f"{wrong} means nothing here")
    dimension = left.dimension if right.dimension == DIMENSIONLESS else DIMENSIONLESS
    return Constant(left.value / right.value, dimension)


def constant_of(token: Token) -> Constant:
    """Return the number of a token in base units; raises ConditionError."""
    value = float(token.text)
    if not abs(value) < 1e300:
        raise ConditionError("SK117", token.offset, f"the number {shorten(token.text)} does not fit")
    if not token.unit:
        return Constant(value, DIMENSIONLESS)
    known = lookup(token.unit)
    if known is None:
        near = nearest_unit(token.unit, "")
        raise ConditionError(
            "SK403",
            token.offset,
            f"unknown unit `{shorten(token.unit)}`",
            hint=f"did you mean `{near}`?" if near else "",
        )
    dimension, factor = known
    return Constant(value * factor, DIMENSIONLESS if dimension == "ratio" else dimension)


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a condition's text; raises ConditionError for what is none."""
    at = 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup if match.lastgroup != "unit" else "number"
        assert kind is not None
        unit = match["unit"] or ""
        end = match.end()
        if unit in WORDS:
            # `3 and x`: the word after a bare number is no unit.
            end, unit = match.start("unit"), ""
        yield Token(kind, match[kind], unit, match.start(kind))
        at = end
    yield Token("end", "", "", len(text))
