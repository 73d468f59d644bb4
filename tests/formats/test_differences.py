from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.differences import differences


@dataclass(frozen=True, kw_only=True)
class Part:
    name: str
    scale: tuple[float, ...]
    filter_hz: float | None = None


@dataclass(frozen=True, kw_only=True)
class Whole:
    rate: float
    parts: tuple[Part, ...]
    pose: FloatArray
    cloud: FloatArray


def whole(**changed: object) -> Whole:
    own = {"rate": 12.0, "parts": (Part(name="a", scale=(1.0, 2.0)),), "pose": np.eye(4), "cloud": np.zeros((64, 3))}
    return Whole(**(own | changed))


def test_equal_records_differ_in_nothing_and_rounding_is_no_difference() -> None:
    assert differences(whole(), whole(rate=12.0 + 1e-12, pose=np.eye(4) + 1e-12)) == []


def test_every_difference_is_told_by_its_place_with_both_sides() -> None:
    other = (Part(name="b", scale=(1.0, 3.0), filter_hz=5.0),)
    assert differences(whole(), whole(rate=30.0, parts=other)) == [
        "rate: expected 12.0, got 30.0",
        "parts[0].name: expected 'a', got 'b'",
        "parts[0].scale: expected (1.0, 2.0), got (1.0, 3.0)",
        "parts[0].filter_hz: expected None, got 5.0",
    ]


def test_long_arrays_are_not_spelled_out() -> None:
    assert differences(whole(), whole(cloud=np.ones((64, 3)))) == ["cloud: other numbers"]
    assert differences(whole(), whole(cloud=np.zeros((63, 3)))) == ["cloud: another number of numbers"]


def test_what_is_not_a_number_differs_from_itself() -> None:
    assert differences(whole(rate=float("nan")), whole(rate=float("nan"))) != []


def test_another_number_of_parts_is_a_difference() -> None:
    assert len(differences(whole(), whole(parts=()))) == 1
    assert differences(whole(), whole(rate=1.0), ignored=("rate",)) == []
