"""Conditions on signals: a closed grammar, parsed to a tree, never evaluated as code.

    condition  := conjunction ("or" conjunction)*
    conjunction:= negation ("and" negation)*
    negation   := "not" negation | "(" condition ")" | comparison | flag signal
    comparison := sum ("<" | "<=" | ">" | ">=") sum
    sum        := product (("+" | "-") product)*
    product    := factor (("*" | "/") factor)*        a divisor is a number that is not 0
    factor     := "-" factor | signal | quantity | "(" sum ")"

There is no equality (measured values never are), no call, no attribute, no index.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from skillc.compiler.source.parse_quantity import article
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.units import DIMENSIONLESS, lookup, nearest_unit
from skillc.compiler.validate.nearest import did_you_mean, listed

FLAG = "flag"
"""Dimension of a signal that is true or false."""
MOST_DEPTH = 32

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+)\s*(?P<unit>%|[A-Za-zµ°][A-Za-zµ°]*(?:/[A-Za-z]+"
    r"(?:\^[0-9])?)?)?|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark><=|>=|<|>|[-+*/()])|(?P<other>\S))"
)
_WORDS = ("and", "or", "not")


class ConditionError(Exception):
    """The text is no condition; carries the diagnostic's parts and where in the text it goes wrong."""

    def __init__(self, code: str, offset: int, summary: str, *, detail: str = "", hint: str = "") -> None:
        """Keep the diagnostic's code and parts; `offset` counts characters from the text's start."""
        super().__init__(summary)
        self.code, self.offset, self.summary, self.detail, self.hint = code, offset, summary, detail, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A constant in SI units."""

    value: float
    dimension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A measured value, by name."""

    name: str
    dimension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """Two values combined."""

    operator: Literal["+", "-", "*", "/"]
    left: "Value"
    right: "Value"
    dimension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A comparison of two values of one dimension."""

    operator: Literal["<", "<=", ">", ">="]
    left: "Value"
    right: "Value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """All (`and`), any (`or`) or none (`not`, of exactly one) of the parts hold."""

    operator: Literal["and", "or", "not"]
    parts: tuple["Condition", ...]


Value: TypeAlias = Number | Signal | Arithmetic
Condition: TypeAlias = Compared | Joined | Signal


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    unit: str
    offset: int


def parse_condition(text: str, signals: Mapping[str, str]) -> Condition:
    """Parse a condition.

    Args:
        text: As written.
        signals: Known signals and their dimensions.

    Raises:
        ConditionError: SK708 not in the grammar, SK709 unknown signal, SK710 division by zero, SK711 values of
            different dimensions compared or added, SK403 unknown unit.
    """
    return _Parser(text, signals).parse()


def signal_names(condition: Condition | Value) -> Iterator[str]:
    """Yield the signals a condition reads."""
    if isinstance(condition, Signal):
        yield condition.name
    elif isinstance(condition, (Arithmetic, Compared)):
        yield from signal_names(condition.left)
        yield from signal_names(condition.right)
    elif isinstance(condition, Joined):
        for part in condition.parts:
            yield from signal_names(part)


class _Parser:
    def __init__(self, text: str, signals: Mapping[str, str]) -> None:
        self.text, self.signals = text, signals
        self.tokens = list(_tokens(text))
        self.next = 0
        self.depth = 0

    def parse(self) -> Condition:
        condition = self.condition()
        if self.peek().kind != "end":
            raise self.unexpected()
        return condition

    def peek(self) -> _Token:
        return self.tokens[self.next]

    def take(self, *texts: str) -> _Token | None:
        token = self.peek()
        if token.text in texts and token.kind in ("mark", "name"):
            self.next += 1
            return token
        return None

    def unexpected(self) -> ConditionError:
        token = self.peek()
        what = "the condition ends" if token.kind == "end" else f"`{shorten(token.text)}` stands"
        hint = "conditions compare signals: `object_height > 6 cm and reached`"
        if token.text in ("=", "!", "==") or token.text.startswith("="):
            hint = "measured values are never equal: use < or >"
        elif token.text in (".", "[", "(", "{"):
            hint = "there are no attributes, calls or indices"
        return ConditionError(
            "SK708", token.offset, f"{what} where nothing of the kind may stand in a condition", hint=hint
        )

    def condition(self) -> Condition:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise ConditionError("SK708", self.peek().offset, f"nested deeper than {MOST_DEPTH} levels")
        parts = [self.conjunction()]
        while self.take("or"):
            parts.append(self.conjunction())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Joined(operator="or", parts=tuple(parts))

    def conjunction(self) -> Condition:
        parts = [self.negation()]
        while self.take("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Joined(operator="and", parts=tuple(parts))

    def negation(self) -> Condition:
        negations = 0
        while self.take("not"):
            negations += 1
        found = self.comparison()
        return Joined(operator="not", parts=(found,)) if negations % 2 else found

    def comparison(self) -> Condition:
        start = self.next
        if self.peek().text == "(":
            # `(a < b) and c` and `(a + b) < c` begin alike: try the condition first.
            try:
                self.next += 1
                inner = self.condition()
                if self.take(")") and self.peek().text not in ("<", "<=", ">", ">=", "+", "-", "*", "/"):
                    return inner
            except ConditionError as error:
                if error.code != "SK708":
                    raise
            self.next = start
            self.depth = max(0, self.depth - 1)
        left = self.sum()
        operator = self.take("<", "<=", ">", ">=")
        if operator is None:
            if self.peek().text in ("=", "!"):
                raise self.unexpected()
            if isinstance(left, Signal) and left.dimension == FLAG:
                return left
            if isinstance(left, Signal):
                raise ConditionError(
                    "SK708",
                    self.tokens[start].offset,
                    f"`{left.name}` stands alone",
                    detail=f"it is {article(left.dimension)}, not true or false",
                    hint=f"compare it: `{left.name} > …`",
                )
            raise self.unexpected()
        right = self.sum()
        self.same(left, right, operator)
        if not [*signal_names(left), *signal_names(right)]:
            raise ConditionError(
                "SK708", operator.offset, "two constants are compared", detail="a condition reads a signal"
            )
        return Compared(operator=_comparison(operator.text), left=left, right=right)

    def sum(self) -> Value:
        left = self.product()
        while operator := self.take("+", "-"):
            right = self.product()
            self.same(left, right, operator)
            kind: Literal["+", "-"] = "+" if operator.text == "+" else "-"
            left = Arithmetic(operator=kind, left=left, right=right, dimension=left.dimension)
        return left

    def product(self) -> Value:
        left = self.factor()
        while operator := self.take("*", "/"):
            at = self.peek().offset
            right = self.factor()
            if operator.text == "/":
                left = self.divided(left, right, at)
            else:
                if DIMENSIONLESS not in (left.dimension, right.dimension):
                    raise ConditionError(
                        "SK711", at, f"{article(left.dimension)} times {article(right.dimension)} means nothing here"
                    )
                dimension = right.dimension if left.dimension == DIMENSIONLESS else left.dimension
                left = Arithmetic(operator="*", left=left, right=right, dimension=dimension)
        return left

    def divided(self, left: Value, right: Value, at: int) -> Value:
        if not isinstance(right, Number):
            raise ConditionError(
                "SK710", at, "the divisor may become 0", detail="only constants divide", hint="multiply the other side"
            )
        if right.value == 0.0:
            raise ConditionError("SK710", at, "division by zero")
        if right.dimension not in (DIMENSIONLESS, left.dimension):
            raise ConditionError(
                "SK711", at, f"{article(left.dimension)} over {article(right.dimension)} means nothing here"
            )
        dimension = left.dimension if right.dimension == DIMENSIONLESS else DIMENSIONLESS
        return Arithmetic(operator="/", left=left, right=right, dimension=dimension)

    def factor(self) -> Value:
        token = self.peek()
        if self.take("-"):
            minus = self.factor()
            zero = Number(value=0.0, dimension=minus.dimension)
            return Arithmetic(operator="-", left=zero, right=minus, dimension=minus.dimension)
        if self.take("("):
            self.depth += 1
            if self.depth > MOST_DEPTH:
                raise ConditionError("SK708", token.offset, f"nested deeper than {MOST_DEPTH} levels")
            inner = self.sum()
            self.depth -= 1
            if not self.take(")"):
                raise self.unexpected()
            return inner
        if token.kind == "number":
            self.next += 1
            return self.number(token)
        if token.kind == "name" and token.text not in _WORDS:
            self.next += 1
            return self.signal(token)
        raise self.unexpected()

    def number(self, token: _Token) -> Number:
        value = float(token.text)
        if not token.unit:
            return Number(value=value, dimension=DIMENSIONLESS)
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
        return Number(value=value * factor, dimension=DIMENSIONLESS if dimension == "ratio" else dimension)

    def signal(self, token: _Token) -> Signal:
        following = self.peek()
        if "__" in token.text or following.text in (".", "[") or (following.text == "(" and following.kind == "mark"):
            raise ConditionError(
                "SK708",
                token.offset,
                f"`{shorten(token.text + (following.text if following.kind != 'end' else ''))}` is no signal",
                detail="there are no attributes, calls or indices",
                hint=f"signals: {listed(self.signals)}",
            )
        if token.text not in self.signals:
            raise ConditionError(
                "SK709",
                token.offset,
                f"there is no signal `{shorten(token.text)}`",
                detail=f"signals: {listed(self.signals, 30)}",
                hint=did_you_mean(token.text, self.signals),
            )
        return Signal(name=token.text, dimension=self.signals[token.text])

    def same(self, left: Value, right: Value, operator: _Token) -> None:
        if left.dimension != right.dimension or left.dimension == FLAG:
            hint = ""
            if FLAG in (left.dimension, right.dimension):
                hint = "a signal that is true or false stands alone, or after `not`"
            elif DIMENSIONLESS in (left.dimension, right.dimension):
                hint = "give the number its unit"
            raise ConditionError(
                "SK711",
                operator.offset,
                f"{article(left.dimension)} {operator.text} {article(right.dimension)}",
                detail="both sides measure the same",
                hint=hint,
            )


def _comparison(text: str) -> Literal["<", "<=", ">", ">="]:
    return "<" if text == "<" else "<=" if text == "<=" else ">" if text == ">" else ">="


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup if match.lastgroup != "unit" else "number"
        assert kind is not None
        unit = match["unit"] or ""
        end = match.end()
        if unit in _WORDS:
            # `3 and x`: the word after a bare number is no unit.
            end, unit = match.start("unit"), ""
        yield _Token(kind, match[kind], unit, match.start(kind))
        at = end
    yield _Token("end", "", "", len(text))
