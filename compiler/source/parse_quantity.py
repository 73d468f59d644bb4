"""The one small grammar of quantities, ranges, distributions and comparisons.

quantity    5 cm · 60 deg/s · 30 % · 0.8
range       0.8 .. 1.2 · -2 .. 5 cm · log 0.1 .. 10        replaces the nominal value
            ± 5 cm · +- 5 cm · + 1 .. 2 cm                 is added to it
            × 0.5 .. 1.5 · x 0.5 .. 1.5 · ± 30 %           multiplies it (± of a percentage where a
                                                           dimension is due)
normal      normal 2 mm · normal 1 mm, 2 mm (mean, sigma) · × normal 5 %
comparison  < 7 cm · >= 0.5 s
"""

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias, cast

from skillc.compiler.source.measure_error import MeasureError
from skillc.compiler.source.quantity import Comparison, Measure, Normal, Operation, Quantity, Range
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Scalar
from skillc.compiler.source.units import (
    DIMENSIONLESS,
    dimension_names,
    is_usual,
    likely_unit,
    lookup,
    nearest_unit,
    si_unit,
    standard,
    units_of,
)

Form: TypeAlias = Literal["quantity", "range", "normal", "comparison"]

_NUMBER = re.compile(r"([-+]?)\s*([0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)\s*")
_COMPARISON = re.compile(r"(<=|>=|<|>|≤|≥)\s*")
_PREFIX = re.compile(r"(±|\+/-|\+-|×|x(?=[\s0-9.ln])|\+(?=\s))?\s*(log(?=\s)|normal(?=\s))?\s*")
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(\d+),(\d+)(?![\d.,])")

FORMS: tuple[Form, ...] = ("quantity", "range", "normal", "comparison")
ANY = "any"
"""In place of a dimension: whatever the text says."""


def parse_measure(scalar: Scalar, dimension: str = ANY, forms: Sequence[Form] = FORMS) -> Measure:
    """Parse a scalar as a measure of a dimension.

    Args:
        scalar: As written; a bare number is a quantity without a unit.
        dimension: The dimension that is due; `number` for a pure number, `any` where none is known.
        forms: The forms that are allowed here, the most usual first.

    Raises:
        MeasureError: Not in the grammar, another form, another dimension, no unit, unordered or not finite; a
            SourceError with the one diagnostic.
    """
    try:
        return _Parser(scalar, dimension, tuple(forms)).parse()
    except MeasureError as error:
        error.diagnostics = (error.at(scalar),)
        raise


def article(noun: str) -> str:
    """Return the noun with its indefinite article: a length, an angle, a number of pixels."""
    if noun in ("pixels", "frames", "steps", "bytes"):
        return f"a number of {noun}"
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


class _Parser:
    def __init__(self, scalar: Scalar, dimension: str, forms: tuple[Form, ...]) -> None:
        self.scalar, self.dimension, self.forms = scalar, dimension, forms
        self.text = scalar.text.replace("−", "-").strip()

    def parse(self) -> Measure:
        comparison = _COMPARISON.match(self.text)
        if comparison:
            self._need("comparison", "a comparison")
            value, measured, unit = self._quantity(self.text[comparison.end() :])
            operator = comparison[1].replace("≤", "<=").replace("≥", ">=")
            return Comparison(
                operator=cast(Literal["<", "<=", ">", ">="], operator),
                value=value,
                dimension=measured,
                unit=unit,
                text=self.scalar.text,
                span=self.scalar.span,
            )
        prefix = _PREFIX.match(self.text)
        sign, word = (prefix[1] or "", prefix[2] or "") if prefix else ("", "")
        rest = self.text[prefix.end() :] if prefix else self.text
        if word == "normal":
            return self._normal(sign, rest)
        if sign in ("±", "+-", "+/-"):
            return self._plus_minus(rest)
        if ".." in rest:
            return self._range(sign, word == "log", rest)
        if sign or word or not _NUMBER.match(rest):
            raise self._not_in_grammar()
        self._need("quantity", "a single value")
        value, measured, unit = self._quantity(rest)
        return Quantity(value=value, dimension=measured, unit=unit, text=self.scalar.text, span=self.scalar.span)

    def _normal(self, sign: str, rest: str) -> Normal:
        self._need("normal", "a normal distribution")
        operation = self._operation(sign)
        if _DECIMAL_COMMA.search(rest):
            raise self._decimal_comma()
        parts = rest.split(",")
        if len(parts) > 2:
            raise self._not_in_grammar()
        due = DIMENSIONLESS if operation == "scale" else self.dimension
        mean, _, _ = self._quantity(parts[0], due) if len(parts) == 2 else (0.0, "", "")
        sigma, measured, unit = self._quantity(parts[-1], due)
        if not sigma >= 0.0:
            raise MeasureError("SK405", f"the standard deviation {parts[-1].strip()} is negative", "it is 0 or more")
        return Normal(
            sigma=sigma,
            mean=mean,
            operation="scale" if operation == "scale" else "add",
            dimension=measured,
            unit=unit,
            text=self.scalar.text,
            span=self.scalar.span,
        )

    def _plus_minus(self, rest: str) -> Range:
        self._need("range", "a range")
        if self.dimension not in (DIMENSIONLESS, "ratio") and rest.rstrip().endswith("%"):
            share, _, unit = self._quantity(rest, DIMENSIONLESS)
            low, high, operation, measured = 1.0 - share, 1.0 + share, "scale", DIMENSIONLESS
        else:
            high, measured, unit = self._quantity(rest)
            low, operation = -high, "add"
            share = high
        if not share >= 0.0:
            raise MeasureError("SK405", f"the half width {rest} is negative", "± takes 0 or more")
        return self._made((low, high), cast(Operation, operation), measured, unit)

    def _range(self, sign: str, logarithmic: bool, rest: str) -> Range:
        self._need("range", "a range")
        operation = self._operation(sign)
        due = DIMENSIONLESS if operation == "scale" else self.dimension
        ends = rest.split("..")
        if len(ends) != 2 or not ends[0].strip() or not ends[1].strip():
            raise self._not_in_grammar()
        high, measured, unit = self._quantity(ends[1], due)
        # `0.8 .. 1.2 cm` gives both ends the unit of the last.
        bare = _NUMBER.fullmatch(ends[0].strip() + " ")
        low, low_measured, _ = self._quantity(f"{ends[0].strip()} {unit}" if bare else ends[0], due)
        if low_measured != measured:
            raise MeasureError(
                "SK402",
                f"the range {shorten(self.scalar.text)} runs from {article(low_measured)} to {article(measured)}",
                "both ends measure the same",
            )
        if not low <= high:
            swapped = _swapped(self.scalar.text)
            raise MeasureError(
                "SK406",
                f"the range {shorten(self.scalar.text)} runs backwards",
                "the lower end comes first",
                "" if swapped else "write the smaller value first",
                instead=(swapped,) if swapped else (),
                sure=bool(swapped),
            )
        if logarithmic and not low > 0.0:
            raise MeasureError("SK405", "a logarithmic range reaches 0 or below", "both ends are above 0")
        return self._made((low, high), operation, measured, unit, logarithmic=logarithmic)

    def _made(
        self,
        ends: tuple[float, float],
        operation: Operation,
        dimension: str,
        unit: str,
        *,
        logarithmic: bool = False,
    ) -> Range:
        low, high = ends
        if operation == "scale" and not low >= 0.0:
            raise MeasureError("SK405", f"the factor range {shorten(self.scalar.text)} reaches below 0")
        return Range(
            low=low,
            high=high,
            operation=operation,
            logarithmic=logarithmic,
            dimension=dimension,
            unit=unit,
            text=self.scalar.text,
            span=self.scalar.span,
        )

    def _operation(self, sign: str) -> Operation:
        return "scale" if sign in ("×", "x") else "add" if sign else "set"

    def _need(self, form: Form, name: str) -> None:
        if form in self.forms:
            return
        hint = ""
        instead: tuple[str, ...] = ()
        if form == "quantity" and self.forms == ("comparison",):
            hint = "say on which side of it the value must lie: put `<` or `>` before it"
        elif form == "quantity" and "range" in self.forms and self.dimension not in (DIMENSIONLESS, "ratio"):
            instead = (f"± {self.text}",)
        raise MeasureError(
            "SK407", f"`{shorten(self.scalar.text)}` is {name}", f"{self._due()} is due", hint, instead=instead
        )

    def _due(self) -> str:
        names = {"quantity": "a single value", "normal": "a normal distribution"}
        return " or ".join(names.get(form, f"a {form}") for form in self.forms)

    def _not_in_grammar(self) -> MeasureError:
        if _DECIMAL_COMMA.search(self.text):
            return self._decimal_comma()
        what = self.dimension if self.dimension != ANY else "measure"
        return MeasureError(
            "SK404",
            f"`{shorten(self.scalar.text)}` is not {article(what)}",
            f"{self._due()} is due",
            f"it starts with a number, its unit behind it: {', '.join(units_of(self.dimension)[:4])}"
            if units_of(self.dimension)
            else "",
        )

    def _decimal_comma(self) -> MeasureError:
        point = _DECIMAL_COMMA.sub(r"\1.\2", self.text)
        found = _DECIMAL_COMMA.search(self.text)
        thousands = found is not None and len(found[2]) == 3 and found[1] != "0"
        without = (_DECIMAL_COMMA.sub(r"\1\2", self.text),) if thousands else ()
        # `normal 1,2` may be a mean and a spread as well.
        pair = (_DECIMAL_COMMA.sub(r"\1, \2", self.text),) if self.text.startswith("normal") else ()
        return MeasureError(
            "SK140",
            f"`{shorten(self.scalar.text)}` has a comma in a number",
            "decimals are written with a point, thousands without a mark",
            instead=(point, *without, *pair),
            sure=not without and not pair,
        )

    def _quantity(self, text: str, dimension: str | None = None) -> tuple[float, str, str]:
        """Return (SI value, dimension, unit as written)."""
        due = self.dimension if dimension is None else dimension
        stripped = text.strip()
        number = _NUMBER.match(stripped)
        if number is None:
            raise self._not_in_grammar()
        unit = stripped[number.end() :].strip()
        value = float(number[1] + number[2])
        measured, factor = self._unit(stripped, unit, due)
        unit = standard(unit)
        value *= factor
        if not abs(value) < 1e300:
            raise MeasureError("SK117", f"the number {shorten(stripped)} does not fit")
        return value, measured, unit

    def _unit(self, text: str, unit: str, due: str) -> tuple[str, float]:
        if not unit:
            if due in (DIMENSIONLESS, "ratio", ANY):
                return DIMENSIONLESS, 1.0
            raise MeasureError(
                "SK401",
                f"`{shorten(text)}` has no unit",
                f"{article(due)} is due; units: {', '.join(units_of(due))}",
                instead=self._with_units(text, due),
                sure=len(units_of(due)) == 1,
            )
        known = lookup(unit)
        if known is None:
            if _DECIMAL_COMMA.search(text):
                raise self._decimal_comma()
            nearest = nearest_unit(unit, due)
            raise MeasureError(
                "SK403",
                f"unknown unit `{shorten(unit)}`",
                f"{article(due)} is due" + (f"; units: {', '.join(units_of(due))}" if units_of(due) else ""),
                asked=True,
                instead=(self.text.replace(unit, nearest),) if nearest else (),
                sure=nearest.lower() == unit.lower(),
            )
        measured, factor = known
        if due in (measured, ANY) or (due == DIMENSIONLESS and measured == "ratio"):
            return measured, factor
        expected = f"{article(due)} is due" if due in dimension_names() else "a number without a unit is due"
        hint = f"use {', '.join(units_of(due))}" if units_of(due) else ""
        alone = (text[: -len(unit)].strip(),) if not hint and text == self.text else ()
        raise MeasureError("SK402", f"`{shorten(text)}` is {article(measured)}", expected, hint, instead=alone)

    def _with_units(self, text: str, due: str) -> tuple[str, ...]:
        """Return the whole text with each unit that makes its number a usual one, the likeliest first."""
        whole = self.text if self.text.endswith(text) else text
        number = _NUMBER.match(text)
        assert number is not None
        # Lengths on a table are told in millimetres as often.
        units = dict.fromkeys((likely_unit(due), si_unit(due), *(("mm",) if due == "length" else ())))
        factors = {unit: known[1] for unit in units if (known := lookup(unit)) is not None}
        # The unit of the last number holds for the whole: `± 20` becomes `± 20 deg`.
        return tuple(f"{whole} {u}" for u, factor in factors.items() if is_usual(float(number[2]) * factor, due))


def _swapped(text: str) -> str:
    """Return a range with its ends swapped, or nothing where each end has a unit of its own."""
    ends = re.fullmatch(r"(\D*?)(-?[\d.]+)(\s*\D*?)\s*\.\.\s*(-?[\d.]+)(.*)", text.replace("−", "-"))
    if not ends or ends[3].strip() not in ("", ends[5].strip()):
        return ""
    return f"{ends[1]}{ends[4]}{ends[3].rstrip()} .. {ends[2]}{ends[5]}"


def format_si(value: float, dimension: str) -> str:
    """Return an SI value in a unit of its size: `0.05, length` is `5 cm`, `1.2, length` is `1.2 m`."""
    unit = likely_unit(dimension)
    si = si_unit(dimension)
    if unit and lookup(unit) and lookup(si) and abs(value) >= 1.0 and unit in ("cm", "g", "mA"):
        unit = si
    known = lookup(unit) if unit else None
    number = value / known[1] if known else value
    return f"{number:.4g} {unit}".strip()
