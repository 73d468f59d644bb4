"""JSON data as frozen records, and what is wrong with data that are none.

Loads numpy only where a record holds arrays, so that `check` reads what a stage reads.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

_PLAIN = (str, float, int, bool)


class FormatError(ValueError):
    """A file is not a valid artifact of the format asked for; the message names file, field and reason."""


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
    if origin in (typing.Union, types.UnionType):
        return _one_of(args, data, where)
    if getattr(origin, "__module__", "") == "numpy":
        return _array(args[1], data)
    if origin is tuple:
        if not isinstance(data, list):
            raise FormatError(f"{where}: expected a list, found {data!r}")
        kinds = [args[0]] * len(data) if args[-1] is Ellipsis else list(args)
        if len(kinds) != len(data):
            raise FormatError(f"{where}: expected {len(kinds)} items, found {len(data)}")
        return tuple(from_json(k, v, f"{where}[{i}]") for i, (k, v) in enumerate(zip(kinds, data, strict=True)))
    if origin in (dict, Mapping):
        if not isinstance(data, dict):
            raise FormatError(f"{where}: expected a mapping, found {data!r}")
        return {k: from_json(args[1], v, f"{where}.{k}") for k, v in data.items()}
    if origin is typing.Literal:
        if data not in args:
            raise FormatError(f"{where}: expected one of {args}, found {data!r}")
        return data
    return data


def _plain(kind: Any, data: Any, where: str) -> Any:
    if kind is float:
        if data is None:
            return float("nan")
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            raise FormatError(f"{where}: expected a number, found {data!r}")
        return float(data)
    if kind is int and isinstance(data, float) and data.is_integer():
        return int(data)
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise FormatError(f"{where}: expected {kind.__name__}, found {data!r}")
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


def _array(dtype: Any, data: Any) -> Any:
    import numpy as np

    scalar = typing.get_args(dtype)[0]
    fill = [np.nan if v is None else v for v in data] if data and None in data else data
    return np.asarray(fill, dtype=None if scalar is Any else scalar)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _record_from_json(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise FormatError(f"{where or kind.__name__}: expected a mapping, found {type(data).__name__}")
    hints = _hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    if unknown := sorted(data.keys() - fields.keys()):
        raise FormatError(f"{where or kind.__name__}: unknown field {unknown[0]!r}")
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = from_json(hints[name], data[name], f"{where}.{name}" if where else name)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise FormatError(f"{where or kind.__name__}: missing field {name!r}")
    return kind(**values)
