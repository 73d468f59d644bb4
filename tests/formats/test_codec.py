"""JSON of records: one strict reading, and a message that names the field."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray, Pose
from skillc.runtime.formats.codec import decode_json
from skillc.runtime.formats.marks import FloatOrGap, Sizes
from skillc.runtime.formats.records import FormatError, from_json


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A board."""

    height: float
    load: FloatOrGap = 0.0
    count: int = 0
    pose: Pose | None = None
    holes: Annotated[FloatArray, Sizes("N", 2)] | None = None


def refused(**fields: Any) -> str:
    with pytest.raises(FormatError) as caught:
        from_json(Shelf, {"height": 1.0, **fields})
    return str(caught.value)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), 10**400, "1", True, [1.0]])
def test_a_number_is_finite_and_a_number(value: object) -> None:
    assert refused(height=value).startswith("height: expected a")


def test_null_stands_for_no_value_only_where_the_record_says_so() -> None:
    assert np.isnan(from_json(Shelf, {"height": 1.0, "load": None}).load)


def test_whole_numbers_have_64_bits() -> None:
    assert "64 bits" in refused(count=2**63)


@pytest.mark.parametrize("value", [[[1.0, 2.0], [3.0]], "text", [["1", "2"]], {"a": 1}, [[True, None]]])
def test_an_array_is_nested_lists_of_numbers(value: object) -> None:
    assert refused(holes=value).startswith("holes: expected an array")


def test_messages_stay_short_however_long_the_value_is() -> None:
    assert len(refused(height="x" * 10**6)) < 200 and len(refused(**{"y" * 10**6: 1})) < 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"a": 1, "a": 2}', "the key 'a' is there twice"),
        (b'{"a": NaN}', "NaN is no number of JSON"),
        (b'{"a": -Infinity}', "-Infinity is no number of JSON"),
        (b"\xff", "not readable as JSON"),
        (b"", "not readable as JSON"),
        (b"[" * 200_000, "nested deeper than 64"),
        (b"[" * 65 + b"]" * 65, "nested deeper than 64"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested deeper than 64"),
        (b"1" * 5000, "not readable as JSON"),
    ],
)
def test_json_is_strict_and_bounded(text: bytes, said: str) -> None:
    with pytest.raises(FormatError, match="note") as caught:
        decode_json(text, "note")
    assert said in str(caught.value)


def test_sixty_four_levels_are_read() -> None:
    assert decode_json(b"[" * 64 + b"]" * 64, "note")
