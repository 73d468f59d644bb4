"""Records whose fields are arrays with one row for each environment, or such records again."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from skillc.runtime.formats.arrays import BoolArray

Rows = TypeVar("Rows")


def blended(before: Rows, chosen: BoolArray, after: Rows) -> Rows:
    """Return the record with the chosen rows (N,) of `after` and the others of `before`."""
    one: Any = before
    if is_dataclass(one):
        return _made(
            before, {f.name: blended(getattr(one, f.name), chosen, getattr(after, f.name)) for f in fields(one)}
        )
    return cast(Rows, np.where(chosen.reshape(-1, *(1,) * (one.ndim - 1)), cast(Any, after), one))


def as_arrays(record: Any, name: str) -> dict[str, NDArray[Any]]:
    """Return every array of a record by its dotted name, which begins with `name`."""
    if not is_dataclass(record):
        return {name: record}
    return {k: v for f in fields(record) for k, v in as_arrays(getattr(record, f.name), f"{name}.{f.name}").items()}


def from_arrays(like: Rows, name: str, arrays: Mapping[str, NDArray[Any]]) -> Rows:
    """Return a record like `like` with what `as_arrays` made of another; raises KeyError where an array is missing."""
    one: Any = like
    if is_dataclass(one):
        inner = {f.name: (getattr(one, f.name), f"{name}.{f.name}") for f in fields(one)}
        return _made(like, {key: from_arrays(*place, arrays) for key, place in inner.items()})
    return cast(Rows, np.array(arrays[name]))


def _made(like: Rows, values: Mapping[str, Any]) -> Rows:
    record: Any = type(like)
    return cast(Rows, record(**values))
