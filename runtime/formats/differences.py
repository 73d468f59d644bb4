"""Where two records of one class differ, field by field, in words."""

from collections.abc import Collection
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

TOLERANCE = 1e-9
"""ours: by which floating numbers may differ; far below what a policy, a pose or a rate can tell apart."""
_SHOWN = 16
"""ours: numbers of an array that a person still reads, such as those of a pose."""


def differences(expected: Any, got: Any, ignored: Collection[str] = (), where: str = "") -> list[str]:
    """Return a line `field: expected ..., got ...` for everything that differs; fields named in `ignored` may."""
    if is_dataclass(expected) and type(expected) is type(got):
        names = [f.name for f in fields(expected) if f.name not in ignored]
        return [
            line
            for name in names
            for line in differences(getattr(expected, name), getattr(got, name), ignored, f"{where}.{name}".strip("."))
        ]
    records = isinstance(expected, tuple) and any(is_dataclass(one) for one in expected)
    if records and isinstance(got, tuple) and len(expected) == len(got):
        return [
            line for k, pair in enumerate(zip(expected, got)) for line in differences(*pair, ignored, f"{where}[{k}]")
        ]
    return [] if _equal(expected, got) else [f"{where}: {_both(expected, got)}"]


def _equal(expected: Any, got: Any) -> bool:
    if expected is None or got is None:
        return expected is got
    try:
        one, other = np.asarray(expected, dtype=np.float64), np.asarray(got, dtype=np.float64)
    except (TypeError, ValueError):  # words, or numbers in no array
        return bool(expected == got)
    # A difference that is not a number is one, too.
    return one.shape == other.shape and bool((np.abs(one - other) <= TOLERANCE).all())


def _both(expected: Any, got: Any) -> str:
    if max(np.size(expected), np.size(got)) > _SHOWN:
        return "other numbers" if np.shape(expected) == np.shape(got) else "another number of numbers"
    return f"expected {_short(expected)}, got {_short(got)}"


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return str(np.round(value, 4).tolist())
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
