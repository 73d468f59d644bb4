import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillc.compiler.validate.condition import Compared, Flag, Joined, parse_condition, signal_names
from skillc.compiler.validate.condition_tokens import ConditionError

SIGNALS = {"height": "length", "force": "force", "time": "time", "share": "number", "seen": "flag", "angle": "angle"}


def parse(text: str) -> object:
    return parse_condition(text, SIGNALS)


def code(text: str) -> str:
    with pytest.raises(ConditionError) as caught:
        parse(text)
    return caught.value.code


def test_a_comparison_is_in_si_units() -> None:
    assert parse("height > 6 cm") == Compared(signal="height", operator=">", value=0.06)


def test_a_constant_may_come_first() -> None:
    assert parse("6 cm <= height") == Compared(signal="height", operator=">=", value=0.06)


def test_constants_are_calculated() -> None:
    assert parse("height > (2 + 1) * 2 cm - 10 mm / 2") == Compared(signal="height", operator=">", value=0.055)


def test_and_binds_closer_than_or_and_not_closest() -> None:
    found = parse("seen or not seen and height < 1 m")
    assert found == Joined(
        operator="or",
        parts=(
            Flag(signal="seen"),
            Joined(
                operator="and",
                parts=(
                    Joined(operator="not", parts=(Flag(signal="seen"),)),
                    Compared(signal="height", operator="<", value=1.0),
                ),
            ),
        ),
    )


def test_parentheses_group_conditions_and_constants() -> None:
    found = parse_condition("(seen or height < (1 cm)) and (((seen)))", SIGNALS)
    assert isinstance(found, Joined) and found.operator == "and"
    assert set(signal_names(found)) == {"seen", "height"}


OUTSIDE = [
    *("", "seen and", "height", "height =", "height == 1 cm", "height != 1 cm", "(seen", "seen)", "seen seen"),
    *("1 cm < 2 cm", "height > height", "height + 1 cm > 2 cm", "height > ", "> 5 cm", "not", "1 < 2 < 3"),
    *("print(1)", "seen.real", "seen[0]", "__import__('os')", "a.__class__", "lambda: 1", "seen;seen", "x if seen"),
    "seen\nseen",
]


@pytest.mark.parametrize("text", OUTSIDE)
def test_what_is_outside_the_grammar_is_refused(text: str) -> None:
    assert code(text) in ("SK708", "SK709")


def test_each_mistake_has_its_code() -> None:
    assert code("hight > 6 cm") == "SK709"
    assert code("height > 6 cm / 0") == code("height > 6 cm / (1 - 1)") == "SK712"
    assert code("height > 6") == code("height > 6 N") == code("height > 6 cm * 2 cm") == "SK711"
    assert code("seen > 1") == code("height > 6 cm + 1 N") == "SK711"
    assert code("height > 6 cn") == "SK403"


def test_deep_nesting_and_long_chains_end_quickly() -> None:
    assert code("(" * 190 + "seen" + ")" * 190) == "SK708"
    assert code("height > " + "(" * 190 + "1 cm" + ")" * 190) == "SK708"
    assert code("not " * 99 + "seen") == "SK708"
    assert isinstance(parse(" and ".join(["seen"] * 40)), Joined)


@given(st.text("seenhigt ()<>=+-*/0123456789.cmNand_or\"'[]", max_size=60))
def test_any_text_is_a_condition_or_a_mistake(text: str) -> None:
    try:
        parse(text)
    except ConditionError as error:
        assert 0 <= error.offset <= len(text)
