import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillc.compiler.source.diagnostic import Diagnostic, SourceError
from skillc.compiler.source.measure_error import MeasureError
from skillc.compiler.source.parse_quantity import FORMS, format_si, parse_measure
from skillc.compiler.source.quantity import Comparison, Normal, Quantity, Range
from skillc.compiler.source.tree import Scalar, Span

SPAN = Span("f", 1, 1, 1, 2)


def scalar(text: str) -> Scalar:
    return Scalar(text, text, False, SPAN)


def code(text: str, dimension: str = "length", *forms: str) -> str:
    with pytest.raises(MeasureError) as caught:
        parse_measure(scalar(text), dimension, forms or ("quantity", "range", "normal", "comparison"))  # type: ignore[arg-type]
    assert [d.code for d in caught.value.diagnostics] == [caught.value.code]
    return caught.value.code


def test_a_quantity_is_its_si_value() -> None:
    measure = parse_measure(scalar("53.3 mm"), "length")
    assert isinstance(measure, Quantity)
    assert math.isclose(measure.value, 0.0533) and (measure.dimension, measure.unit) == ("length", "mm")


@pytest.mark.parametrize("text", ["± 5 cm", "+- 5 cm", "+/- 5 cm", "±5cm", "± 50 mm", "±  0.05  m"])
def test_plus_minus_is_added_on_both_sides(text: str) -> None:
    measure = parse_measure(scalar(text), "length")
    assert isinstance(measure, Range)
    assert math.isclose(measure.low, -0.05) and math.isclose(measure.high, 0.05) and measure.operation == "add"


@pytest.mark.parametrize("text", ["× 0.5 .. 1.5", "x 0.5 .. 1.5", "x0.5..1.5", "× 50 % .. 150 %", "± 50 %"])
def test_factors_multiply_whatever_the_dimension(text: str) -> None:
    measure = parse_measure(scalar(text), "mass")
    assert isinstance(measure, Range)
    assert (measure.low, measure.high, measure.operation) == (0.5, 1.5, "scale")


def test_a_plain_range_replaces_and_shares_the_last_unit() -> None:
    measure = parse_measure(scalar("-2 .. 5 cm"), "length")
    assert isinstance(measure, Range)
    assert (measure.low, measure.high, measure.operation) == (-0.02, 0.05, "set")


def test_a_range_may_change_units_in_between() -> None:
    measure = parse_measure(scalar("5 mm .. 1 cm"), "length")
    assert isinstance(measure, Range)
    assert (measure.low, measure.high) == (0.005, 0.01)


def test_a_logarithmic_range_says_so() -> None:
    measure = parse_measure(scalar("× log 0.1 .. 10"), "mass")
    assert isinstance(measure, Range) and measure.logarithmic and measure.operation == "scale"


def test_normal_has_a_spread_and_perhaps_a_mean() -> None:
    plain, shifted = (
        parse_measure(scalar("normal 2 mm"), "length"),
        parse_measure(scalar("normal 1 mm, 2 mm"), "length"),
    )
    assert isinstance(plain, Normal) and (plain.mean, plain.sigma, plain.operation) == (0.0, 0.002, "add")
    assert isinstance(shifted, Normal) and (shifted.mean, shifted.sigma) == (0.001, 0.002)


@pytest.mark.parametrize(("text", "operator"), [("< 7 cm", "<"), ("<=7cm", "<="), ("≥ 7 cm", ">="), ("> 7 cm", ">")])
def test_comparisons_keep_their_operator(text: str, operator: str) -> None:
    measure = parse_measure(scalar(text), "length")
    assert isinstance(measure, Comparison) and measure.operator == operator and math.isclose(measure.value, 0.07)


def test_each_mistake_has_its_code() -> None:
    assert code("5") == "SK401"
    assert code("5 deg") == "SK402"
    assert code("5 cn") == "SK403"
    assert code("five cm") == code("5 .. cm") == code("± five cm") == code("") == "SK404"
    assert code("normal -2 mm") == code("± -5 cm") == code("× -1 .. 2") == code("log 0 .. 1 m") == "SK405"
    assert code("5 .. 2 cm") == "SK406"
    assert code("5 cm", "length", "range") == code("± 5 cm", "length", "quantity") == "SK407"
    assert code("1e999 m") == code("9" * 400 + " m") == "SK117"
    assert code("1 cm .. 2 deg", "length") == code("1 cm .. 2 deg", "any") == "SK402"


def test_a_mistake_is_a_source_error_with_its_place() -> None:
    with pytest.raises(SourceError) as caught:
        parse_measure(scalar("5 cn"))
    assert caught.value.diagnostics[0].spans == (SPAN,)


@given(st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from(["m", "cm", "mm"]))
def test_any_number_with_a_unit_is_read_back(number: float, unit: str) -> None:
    measure = parse_measure(scalar(f"{number!r} {unit}"), "length")
    assert isinstance(measure, Quantity)
    assert math.isclose(measure.value, number * {"m": 1.0, "cm": 0.01, "mm": 0.001}[unit], abs_tol=1e-300)


@given(st.text(max_size=40))
def test_any_text_is_a_measure_or_a_mistake(text: str) -> None:
    try:
        parse_measure(scalar(text), "length")
    except MeasureError as error:
        assert error.code.startswith("SK") and error.summary


def test_values_are_shown_in_a_unit_of_their_size() -> None:
    assert format_si(0.05, "length") == "5 cm"
    assert format_si(1.2, "length") == "1.2 m"
    assert format_si(math.pi / 3, "angular speed") == "60 deg/s"
    assert format_si(0.5, "number") == "0.5"


def told(text: str, dimension: str, *forms: str) -> Diagnostic:
    with pytest.raises(MeasureError) as error:
        parse_measure(scalar(text), dimension, forms or FORMS)  # type: ignore[arg-type]
    return error.value.diagnostics[0]


@pytest.mark.parametrize(
    ("text", "dimension", "hint"),
    [
        ("± 20", "angle", "write `± 20 deg`"),
        ("10 .. 20", "angle", "write `10 .. 20 deg`"),
        ("20", "angle", "write `20 deg`"),
        ("± 0.05", "length", "write `± 0.05 m`"),  # not 0.05 cm, which no table is randomized by
        ("0.5", "length", "write `0.5 cm` or `0.5 m`"),
        ("120", "mass", "write `120 g`"),
        ("1e9", "length", ""),
    ],
)
def test_a_missing_unit_is_added_where_the_size_is_usual(text: str, dimension: str, hint: str) -> None:
    assert told(text, dimension).hint == hint


@pytest.mark.parametrize(
    ("text", "hint", "mended"),
    [
        ("53,3 mm", "write `53.3 mm`", "53.3 mm"),
        ("< 3,5 cm", "write `< 3.5 cm`", "< 3.5 cm"),
        ("0,5 .. 1,5 cm", "write `0.5 .. 1.5 cm`", "0.5 .. 1.5 cm"),
        ("1,000 mm", "write `1.000 mm` or `1000 mm`", None),  # a thousand, or one
        ("normal 1,2 mm", "write `normal 1.2 mm` or `normal 1, 2 mm`", None),
    ],
)
def test_a_decimal_comma_is_named(text: str, hint: str, mended: str | None) -> None:
    found = told(text, "length")
    assert (found.code, found.hint) == ("SK140", hint)
    assert [edit.text for edit in found.mend] == ([mended] if mended else [])


@pytest.mark.parametrize(
    ("text", "same"),
    [("2 in", "50.8 mm"), ("2 inches", "50.8 mm"), ("3 Meters", "3 m"), ("30 degrees per second", "30 deg/s"),
     ("4 rad/s**2", "4 rad/s^2"), ("5 percent", "5 %"), ("3 newton meters", "3 N m"), ("1 micrometre", "1 µm")],
)  # fmt: skip
def test_inches_and_units_in_words_are_read(text: str, same: str) -> None:
    read, meant = parse_measure(scalar(text)), parse_measure(scalar(same))
    assert isinstance(read, Quantity) and isinstance(meant, Quantity)
    assert math.isclose(read.value, meant.value) and read.dimension == meant.dimension


def test_a_unit_that_may_be_one_of_two_is_not_guessed() -> None:
    assert told("5 mn", "length").hint == ""  # m or mm
    assert told("60 krad/s", "angular speed").hint == ""  # a thousand times
    assert told("60 hz", "frequency").mend[0].text == "60 Hz"
    assert told("5 meterss", "length").hint == ""  # never a unit of another dimension


def test_a_single_value_where_another_form_is_due_keeps_its_number() -> None:
    assert told("3 cm", "length", "range").hint == "write `± 3 cm`"
    assert "`<` or `>`" in told("7 cm", "length", "comparison").hint


def test_a_backwards_range_is_swapped_for_sure_unless_each_end_has_its_unit() -> None:
    assert told("5 .. 2 cm", "length").mend[0].text == "2 .. 5 cm"
    assert told("5 cm .. 2 mm", "length").mend == ()
