"""JSON data as frozen records, and what is wrong with data that are none.

Loads numpy only where a record holds arrays, so that `check` reads what a stage reads.
"""

import dataclasses
import math
import reprlib
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from skillc.runtime.formats.marks import Gaps, Sizes

_PLAIN = (str, float, int, bool)


class FormatError(ValueError):
    """A file is not a valid artifact of the format asked for; the message names file, field and reason."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep what is wrong and what to do about it."""
        super().__init__(message)
        self.hint = hint


def shown(value: Any) -> str:
    """Return `value` as a message shows it: never more than a line."""
    return reprlib.repr(value)


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """Return the type of every field of a record, `Annotated` ones with what they say of shapes and gaps."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def from_json(kind: Any, data: Any, where: str = "") -> Any:
    """Build a value of type `kind` from JSON `data`; `where` is the field path for messages.

    Raises:
        FormatError: naming `where`, what was expected and what was found.
    """
    if kind in _PLAIN:
        return _plain(kind, data, where)
    if dataclasses.is_dataclass(kind):
        return _record_from_json(kind, data, where)
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return math.nan if data is None and Gaps() in args[1:] else from_json(args[0], data, where)
    if origin in (typing.Union, types.UnionType):
        return _one_of(args, data, where)
    if getattr(origin, "__module__", "") == "numpy":
        return _array(typing.get_args(args[1])[0], data, where)
    if origin is tuple:
        if not isinstance(data, list):
            raise FormatError(f"{where}: expected a list, found {shown(data)}")
        kinds = [args[0]] * len(data) if args[-1] is Ellipsis else list(args)
        if len(kinds) != len(data):
            raise FormatError(f"{where}: expected {len(kinds)} items, found {len(data)}")
        return tuple(from_json(k, v, f"{where}[{i}]") for i, (k, v) in enumerate(zip(kinds, data, strict=True)))
    if origin in (dict, Mapping):
        if not isinstance(data, dict):
            raise FormatError(f"{where}: expected a mapping, found {shown(data)}")
        return {k: from_json(args[1], v, f"{where}.{k}") for k, v in data.items()}
    if origin is typing.Literal:
        if not any(type(data) is type(choice) and data == choice for choice in args):
            raise FormatError(f"{where}: expected one of {args}, found {shown(data)}")
        return data
    return data


def _plain(kind: Any, data: Any, where: str) -> Any:
    if kind is float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            raise FormatError(f"{where}: expected a number, found {shown(data)}")
        if not abs(data) <= 1.7e308:
            raise FormatError(f"{where}: expected a finite number, found {shown(data)}")
        return float(data)
    if kind is int and isinstance(data, float) and data.is_integer():
        data = int(data)
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise FormatError(f"{where}: expected {kind.__name__}, found {shown(data)}")
    if kind is int and abs(data) >= 2**63:
        raise FormatError(f"{where}: expected a whole number of 64 bits, found {shown(data)}")
    return data


def _one_of(kinds: tuple[Any, ...], data: Any, where: str) -> Any:
    if data is None and type(None) in kinds:
        return None
    reasons = []
    for choice in (a for a in kinds if a is not type(None)):
        try:
            return from_json(choice, data, where)
        except FormatError as reason:
            reasons.append(str(reason))
    raise FormatError("; ".join(reasons))


def _array(scalar: Any, data: Any, where: str) -> Any:
    """Return nested lists of numbers as an array; null is NaN."""
    import numpy as np

    try:
        found = np.asarray(data)
        if found.dtype.kind == "O":
            numbers = all(v is None or (isinstance(v, (int, float)) and not isinstance(v, bool)) for v in found.flat)
            found = found.astype(np.float64) if numbers else found
    except (ValueError, TypeError, OverflowError) as reason:
        raise FormatError(f"{where}: expected an array, found {shown(data)}") from reason
    if found.dtype.kind not in ("biuf" if scalar is not np.bool_ else "b") and found.size:
        raise FormatError(f"{where}: expected an array of numbers, found {shown(data)}")
    return found.astype(found.dtype if scalar is Any else scalar)


def _record_from_json(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise FormatError(f"{where or kind.__name__}: expected a mapping, found {shown(data)}")
    hints = hints_of(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    if unknown := sorted(data.keys() - fields.keys()):
        raise FormatError(f"{where or kind.__name__}: unknown field {shown(unknown[0])}")
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = from_json(hints[name], data[name], f"{where}.{name}" if where else name)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise FormatError(f"{where or kind.__name__}: missing field {name!r}")
    check_arrays(kind, values, where or kind.__name__)
    return kind(**values)


def check_arrays(kind: Any, values: dict[str, Any], where: str) -> None:
    """Compare a record's arrays with the shapes its class declares; numbers are finite unless marked with `Gaps`.

    Raises:
        FormatError: naming the field, the shape declared and the shape found.
    """
    lengths: dict[str, int] = {}
    for name, hint in hints_of(kind).items():
        marks = typing.get_args(hint)[1:] if typing.get_origin(hint) is typing.Annotated else ()
        shape, value = next((mark for mark in marks if isinstance(mark, Sizes)), None), values.get(name)
        if shape is None or value is None:
            continue
        is_array = not isinstance(value, tuple)
        if is_array and value.shape == (0,):
            # A list of no rows does not say how long they would be.
            rows = [lengths.get(s, 0) if isinstance(s, str) else s for s in shape.sizes[1:]]
            value = values[name] = value.reshape(0, *rows)
        found = value.shape if is_array else (len(value),)
        told = [lengths.setdefault(s, n) if isinstance(s, str) else s for s, n in zip(shape.sizes, found)]
        if len(found) != len(shape.sizes) or tuple(told) != found:
            known = ", ".join(f"{letter} = {length}" for letter, length in lengths.items())
            raise FormatError(f"{where}: {name} has the shape {found}; expected {shape}, {known or 'exactly'}")
        if is_array and Gaps() not in marks and not _finite(value):
            raise FormatError(f"{where}: {name} holds numbers that are not finite")


def _finite(array: Any) -> bool:
    import numpy as np

    return bool(np.isfinite(array).all())
