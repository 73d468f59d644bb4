import json
import math

import pint

from skillc.compiler.source.units import dimension_names, is_usual, likely_unit, lookup, nearest_unit, units_of
from tests.regenerate_units import TABLE, WORDS, table


def test_the_frozen_table_is_what_pint_says() -> None:
    assert json.loads(TABLE.read_text(encoding="utf-8")) == json.loads(json.dumps(table()))


def test_every_dimension_has_a_likely_unit_of_its_own() -> None:
    for dimension in dimension_names():
        found = lookup(likely_unit(dimension))
        assert found is not None and found[0] == dimension
        assert units_of(dimension)


def test_degrees_are_radians_to_the_last_bit() -> None:
    assert lookup("deg") == ("angle", math.pi / 180)


def test_superscripts_and_dots_are_read_as_powers_and_products() -> None:
    assert lookup("m/s²") == lookup("m/s^2")
    assert lookup("N·m") == lookup("N m")


def test_an_unknown_unit_has_a_nearest_one_of_the_due_dimension() -> None:
    assert lookup("degs") is None
    assert nearest_unit("degs", "angle") == "deg"
    assert nearest_unit("HZ", "frequency") == "Hz"


def test_units_in_words_are_what_pint_says() -> None:
    registry = pint.UnitRegistry()
    ours = {"secs", "mins", "hrs", "kgs", "pixel", "pixels", "amp", "amps"}  # pint reads `amp` as am/s
    for unit, words in WORDS.items():
        for word in set(words) - ours:
            assert math.isclose(float(registry.Quantity(word).to(unit.replace("%", "percent")).magnitude), 1.0), word
            assert lookup(word) == lookup(word.capitalize()) == lookup(unit)


def test_what_is_usual_is_known_for_likely_units_of_ordinary_numbers() -> None:
    assert is_usual(0.05, "length") and not is_usual(0.0005, "length")
    assert is_usual(1e9, "inertia")  # nothing is known
    assert is_usual(0.0, "length")
