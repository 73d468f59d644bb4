"""Conditions on signals: a closed grammar, parsed to a tree, never evaluated as code.

    condition   := conjunction ("or" conjunction)*
    conjunction := negation ("and" negation)*
    negation    := "not" negation | "(" condition ")" | flag | comparison
    comparison  := signal op constant | constant op signal        op is < <= > >=
    constant    := term (("+" | "-") term)*
    term        := factor (("*" | "/") factor)*
    factor      := "-" factor | quantity | "(" constant ")"

There is no equality (measured values never are equal), no call, no attribute, no index, and no arithmetic on signals.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from skillc.compiler.source.parse_quantity import article
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.units import DIMENSIONLESS
from skillc.compiler.validate.condition_tokens import (
    FLAG,
    WORDS,
    ConditionError,
    Constant,
    Token,
    constant_of,
    quotient,
    tokens_of,
)
from skillc.compiler.validate.nearest import did_you_mean, listed

MOST_DEPTH = 32

Operator: TypeAlias = Literal["<", "<=", ">", ">="]
_TURNED: dict[str, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_COMPARISONS: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A signal that is true or false."""

    signal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A signal compared with a constant."""

    signal: str
    operator: Operator
    value: float
    """SI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """All (`and`), any (`or`) or none (`not`, of exactly one) of the parts hold."""

    operator: Literal["and", "or", "not"]
    parts: tuple["Condition", ...]


Condition: TypeAlias = Compared | Joined | Flag


def parse_condition(text: str, signals: Mapping[str, str]) -> Condition:
    """Parse a condition.

    Args:
        text: As written.
        signals: Known signals and their dimensions.

    Raises:
        ConditionError: SK708 not in the grammar, SK709 unknown signal, SK712 division by zero, SK711 values of
            different dimensions compared or added, SK403 unknown unit.
    """
    return _Parser(text, signals).parse()


def signal_names(condition: Condition) -> Iterator[str]:
    """Yield the signals a condition reads."""
    if isinstance(condition, Joined):
        for part in condition.parts:
            yield from signal_names(part)
    else:
        yield condition.signal


class _Parser:
    def __init__(self, text: str, signals: Mapping[str, str]) -> None:
        self.signals = signals
        self.tokens = list(tokens_of(text))
        self.next = 0

    def parse(self) -> Condition:
        condition = self.condition(0)
        if self.peek().kind != "end":
            raise self.unexpected()
        return condition

    def peek(self) -> Token:
        return self.tokens[self.next]

    def take(self, *texts: str) -> Token | None:
        token = self.peek()
        if token.text in texts and token.kind in ("mark", "name"):
            self.next += 1
            return token
        return None

    def unexpected(self) -> ConditionError:
        token = self.peek()
        what = "the condition ends too early" if token.kind == "end" else f"`{shorten(token.text)}` may not stand here"
        hint = "conditions compare signals: `object_height > 6 cm and not fault_active`"
        if token.text in ("=", "!"):
            hint = "measured values are never equal: use < or >"
        elif token.text in (".", "[", "(", "{"):
            hint = "there are no attributes, calls or indices"
        return ConditionError("SK708", token.offset, what, detail="conditions have a small closed grammar", hint=hint)

    def deeper(self, depth: int) -> int:
        if depth >= MOST_DEPTH:
            raise ConditionError("SK708", self.peek().offset, f"nested deeper than {MOST_DEPTH} levels")
        return depth + 1

    def condition(self, depth: int) -> Condition:
        parts = [self.conjunction(depth)]
        while self.take("or"):
            parts.append(self.conjunction(depth))
        return parts[0] if len(parts) == 1 else Joined(operator="or", parts=tuple(parts))

    def conjunction(self, depth: int) -> Condition:
        parts = [self.negation(depth)]
        while self.take("and"):
            parts.append(self.negation(depth))
        return parts[0] if len(parts) == 1 else Joined(operator="and", parts=tuple(parts))

    def negation(self, depth: int) -> Condition:
        if self.take("not"):
            return Joined(operator="not", parts=(self.negation(self.deeper(depth)),))
        if self.peek().text == "(" and not self.constant_ahead():
            self.next += 1
            inner = self.condition(self.deeper(depth))
            if not self.take(")"):
                raise self.unexpected()
            return inner
        return self.comparison(depth)

    def constant_ahead(self) -> bool:
        """Say whether the parenthesis holds a constant: no name stands before it closes."""
        level = 0
        for token in self.tokens[self.next :]:
            level += (token.text == "(") - (token.text == ")")
            if token.kind in ("name", "end"):
                return False
            if level == 0:
                return True
        return False

    def comparison(self, depth: int) -> Condition:
        start = self.peek()
        if start.kind == "name" and start.text not in WORDS:
            self.next += 1
            signal, dimension = self.signal(start)
            if dimension == FLAG:
                return self.flag(signal)
            operator = self.operator(signal, dimension, start)
            second = self.peek()
            if second.kind == "name" and second.text not in WORDS:
                raise ConditionError(
                    "SK708", second.offset, "two signals are compared", detail="a signal is compared with a constant"
                )
            constant = self.constant(depth)
            self.same(dimension, constant.dimension, operator)
            return Compared(signal=signal, operator=_COMPARISONS[operator.text], value=constant.value)
        constant = self.constant(depth)
        taken = self.take(*_COMPARISONS)
        if taken is None:
            raise self.unexpected()
        name = self.peek()
        if name.kind != "name" or name.text in WORDS:
            raise ConditionError(
                "SK708", name.offset, "a constant is compared with no signal", detail="a condition reads a signal"
            )
        self.next += 1
        signal, dimension = self.signal(name)
        self.same(constant.dimension, dimension, taken)
        return Compared(signal=signal, operator=_TURNED[taken.text], value=constant.value)

    def flag(self, signal: str) -> Flag:
        following = self.peek()
        if following.text in _COMPARISONS:
            raise ConditionError(
                "SK711",
                following.offset,
                f"`{signal}` is true or false",
                detail="it has no size to compare",
                hint=f"write `{signal}` or `not {signal}`",
            )
        return Flag(signal=signal)

    def operator(self, signal: str, dimension: str, start: Token) -> Token:
        found = self.take(*_COMPARISONS)
        if found is not None:
            return found
        following = self.peek()
        if following.text in ("=", "!"):
            raise self.unexpected()
        if following.text in ("+", "-", "*", "/"):
            raise ConditionError(
                "SK708",
                following.offset,
                f"`{following.text}` on the signal `{signal}`",
                detail="arithmetic is for constants",
                hint="move it to the other side of the comparison",
            )
        raise ConditionError(
            "SK708",
            start.offset,
            f"`{signal}` stands alone",
            detail=f"it is {article(dimension)}, not true or false",
            hint=f"compare it: `{signal} > …`",
        )

    def constant(self, depth: int) -> Constant:
        left = self.term(depth)
        while operator := self.take("+", "-"):
            right = self.term(depth)
            self.same(left.dimension, right.dimension, operator)
            value = left.value + right.value if operator.text == "+" else left.value - right.value
            left = Constant(value, left.dimension)
        return left

    def term(self, depth: int) -> Constant:
        left = self.factor(depth)
        while operator := self.take("*", "/"):
            at = self.peek().offset
            right = self.factor(depth)
            if operator.text == "/":
                left = quotient(left, right, at)
            elif DIMENSIONLESS in (left.dimension, right.dimension):
                dimension = right.dimension if left.dimension == DIMENSIONLESS else left.dimension
                left = Constant(left.value * right.value, dimension)
            else:
                product = f"{article(left.dimension)} times {article(right.dimension)}"
                raise ConditionError("SK711", at, f"{product} means nothing here")
        return left

    def factor(self, depth: int) -> Constant:
        token = self.peek()
        if self.take("-"):
            inner = self.factor(self.deeper(depth))
            return Constant(-inner.value, inner.dimension)
        if self.take("("):
            inner = self.constant(self.deeper(depth))
            if not self.take(")"):
                raise self.unexpected()
            return inner
        if token.kind == "number":
            self.next += 1
            return constant_of(token)
        raise self.unexpected()

    def signal(self, token: Token) -> tuple[str, str]:
        following = self.peek()
        if "__" in token.text or following.text in (".", "[", "("):
            shown = token.text + (following.text if following.text in (".", "[", "(") else "")
            raise ConditionError(
                "SK708",
                token.offset,
                f"`{shorten(shown)}` is no signal",
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
        return token.text, self.signals[token.text]

    def same(self, left: str, right: str, operator: Token) -> None:
        if left == right and left != FLAG:
            return
        hint = ""
        if FLAG in (left, right):
            hint = "a signal that is true or false stands alone, or after `not`"
        elif DIMENSIONLESS in (left, right):
            hint = "give the number its unit"
        raise ConditionError(
            "SK711",
            operator.offset,
            f"{article(left)} {operator.text} {article(right)}",
            detail="both sides measure the same",
            hint=hint,
        )
