"""Records of arrays as NPZ: shapes, types and numbers are what the record declares, or the file is refused."""

import io
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from skillc.runtime.formats.archive import pack
from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.marks import Gaps, Sizes
from skillc.runtime.formats.npz import npz_bytes, parse_npz
from skillc.runtime.formats.records import FormatError


@dataclass(frozen=True, kw_only=True)
class Steps:
    """A walk."""

    time_s: Annotated[FloatArray, Sizes("T")]
    place: Annotated[FloatArray, Sizes("T", 3), Gaps()]
    foot: Annotated[IntArray, Sizes("T")]
    names: Annotated[tuple[str, ...], Sizes("n")]
    weight: float


GOOD = {
    "time_s": np.arange(4.0), "place": np.full((4, 3), np.nan), "foot": np.arange(4), "names": ("left", "right"),
    "weight": 70.0,
}  # fmt: skip


def parsed(**changed: object) -> Steps:
    record = Steps(**{**GOOD, **changed})  # type: ignore[arg-type]
    return parse_npz(Steps, npz_bytes(record, name="steps", version=1), "walk.npz", name="steps", version=1)


def refused(data: bytes) -> str:
    with pytest.raises(FormatError, match=r"walk\.npz") as caught:
        parse_npz(Steps, data, "walk.npz", name="steps", version=1)
    return str(caught.value)


def test_a_record_comes_back_as_it_was() -> None:
    steps = parsed()
    assert steps.names == ("left", "right") and steps.weight == 70.0 and np.array_equal(steps.foot, np.arange(4))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"place": np.zeros((5, 3))}, "place has the shape (5, 3); expected (T, 3), T = 4"),
        ({"place": np.zeros((4, 2))}, "place has the shape (4, 2)"),
        ({"place": np.zeros((4, 3, 1))}, "place has the shape"),
        ({"time_s": np.array([0, 1, np.inf, 3])}, "time_s holds numbers that are not finite"),
        ({"time_s": np.arange(4)}, "time_s: holds int64; expected float64"),
        ({"foot": np.arange(4.0)}, "foot: holds float64; expected int64"),
        ({"names": ("left", 3)}, ""),
        ({"names": (1, 2)}, "names: holds int64"),
        ({"weight": "heavy"}, "weight: holds <U5"),
        ({"weight": np.zeros(2)}, "weight: holds float64 of shape (2,)"),
    ],
)
def test_another_shape_type_or_a_number_that_is_none_is_refused(changed: dict[str, object], said: str) -> None:
    if not said:
        assert parsed(**changed).names == ("left", "3")
        return
    with pytest.raises(FormatError) as caught:
        parsed(**changed)
    assert said in str(caught.value)


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=pickled)
    return buffer.getvalue()


def test_pickled_objects_are_never_unpickled() -> None:
    evil = npy(np.array([print], dtype=object), pickled=True)
    assert "expected numbers or text" in refused(pack({"time_s.npy": evil}, deflate=False))


def test_a_header_that_states_more_than_follows_reserves_no_memory() -> None:
    header = npy(np.zeros(3)).replace(b"(3,), }          ", b"(99999999999,), }")
    assert b"99999999999" in header
    assert "states the shape (99999999999,)" in refused(pack({"time_s.npy": header}, deflate=False))


def test_what_is_no_archive_of_arrays_is_refused() -> None:
    for data in (b"", b"\x80\x04K\x01.", b"<!DOCTYPE html>", b"version https://git-lfs.github.com/spec/v1\n"):
        assert "not readable as steps" in refused(data)
    assert "is no array" in refused(pack({"time_s.npy": b"text"}, deflate=False))
    assert "is not a steps file" in refused(pack({"time_s.npy": npy(np.zeros(3))}, deflate=False))
    one = {"format.npy": npy(np.array("steps")), "version.npy": npy(np.array(1)), "time_s.npy": npy(np.zeros(3))}
    assert "missing or unknown" in refused(pack(one, deflate=False))
    two = one | {"version.npy": npy(np.array(2))}
    assert "version 2 found, this release reads version 1" in refused(pack(two, deflate=False))
