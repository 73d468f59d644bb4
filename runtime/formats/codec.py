"""One codec for every artifact: frozen dataclasses to JSON or NPZ files and back.

Files are byte-identical for equal records: fields in the order in which they are declared, mappings by sorted keys,
fixed float text, fixed archive dates. Reading checks the
format name, the version and every field's type; an unknown, missing or ill-typed field raises `FormatError`.
"""

import dataclasses
import io
import json
import types
import typing
import zipfile
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

Record = TypeVar("Record")


class FormatError(ValueError):
    """A file is not a valid artifact of the format asked for; the message names file, field and reason."""


def as_json(value: Any) -> Any:
    """Return `value` (dataclass, mapping, sequence, array, scalar) as JSON data."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (dict, types.MappingProxyType)):
        return {str(k): as_json(value[k]) for k in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [as_json(v) for v in value]
    if isinstance(value, np.ndarray):
        return as_json(value.tolist())
    if isinstance(value, np.generic):
        return as_json(value.item())
    if isinstance(value, float):
        return None if np.isnan(value) else value
    return value


def from_json(kind: Any, data: Any, where: str = "") -> Any:
    """Build a value of type `kind` from JSON `data`; `where` is the field path for messages.

    Raises:
        FormatError: naming `where`, what was expected and what was found.
    """
    origin = typing.get_origin(kind)
    args = typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _record_from_json(kind, data, where)
    if origin in (typing.Union, types.UnionType):
        if data is None and type(None) in args:
            return None
        reasons = []
        for choice in (a for a in args if a is not type(None)):
            try:
                return from_json(choice, data, where)
            except FormatError as reason:
                reasons.append(str(reason))
        raise FormatError("; ".join(reasons))
    if origin is np.ndarray:
        scalar = typing.get_args(args[1])[0]
        fill = [np.nan if v is None else v for v in data] if data and None in data else data
        return np.asarray(fill, dtype=None if scalar is Any else scalar)
    if origin is tuple:
        if not isinstance(data, list):
            raise FormatError(f"{where}: expected a list, found {data!r}")
        kinds = [args[0]] * len(data) if args[-1] is Ellipsis else list(args)
        if len(kinds) != len(data):
            raise FormatError(f"{where}: expected {len(kinds)} items, found {len(data)}")
        return tuple(from_json(k, v, f"{where}[{i}]") for i, (k, v) in enumerate(zip(kinds, data, strict=True)))
    if origin in (dict, typing.get_origin(typing.Mapping[str, Any])):
        if not isinstance(data, dict):
            raise FormatError(f"{where}: expected a mapping, found {data!r}")
        return {k: from_json(args[1], v, f"{where}.{k}") for k, v in data.items()}
    if origin is typing.Literal:
        if data not in args:
            raise FormatError(f"{where}: expected one of {args}, found {data!r}")
        return data
    if kind is float:
        if data is None:
            return float("nan")
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            raise FormatError(f"{where}: expected a number, found {data!r}")
        return float(data)
    if kind is int and isinstance(data, float) and data.is_integer():
        return int(data)
    if kind in (int, str, bool):
        if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
            raise FormatError(f"{where}: expected {kind.__name__}, found {data!r}")
        return data
    return data


def _record_from_json(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise FormatError(f"{where or kind.__name__}: expected a mapping, found {type(data).__name__}")
    hints = typing.get_type_hints(kind)
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(data) - set(fields))
    if unknown:
        raise FormatError(f"{where or kind.__name__}: unknown field {unknown[0]!r}")
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = from_json(hints[name], data[name], f"{where}.{name}" if where else name)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise FormatError(f"{where or kind.__name__}: missing field {name!r}")
    return kind(**values)


def write_json(record: Any, path: Path, *, name: str, version: int) -> None:
    """Write `record` as JSON with `format` and `version` at the top."""
    body = {"format": name, "version": version, **as_json(record)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def read_json(kind: type[Record], path: Path, *, name: str, version: int) -> Record:
    """Read a record written by `write_json`.

    Args:
        kind: What is read.
        path: The file.
        name: Its format.
        version: The version that is written now.

    Raises:
        FormatError: wrong format name or version, or a bad field.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as reason:
        raise FormatError(f"{path}: not readable as {name}: {reason}") from reason
    if not isinstance(body, dict) or body.pop("format", None) != name:
        raise FormatError(f"{path}: is not a {name} file")
    found = body.pop("version", None)
    if found != version:
        raise FormatError(f"{path}: {name} version {found} found, this release reads version {version}")
    record: Record = from_json(kind, body, path.name)
    return record


def write_npz(record: Any, path: Path, *, name: str, version: int) -> None:
    """Write a flat dataclass as NPZ: arrays as they are, strings and numbers as 0-d or 1-d arrays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"format": np.array(name), "version": np.array(version)}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        arrays[field.name] = np.asarray(value) if value is not None else np.zeros(0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, array in arrays.items():
            if array.dtype.kind == "O":
                raise FormatError(f"{path}: field {key} is not an array, number or string")
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED)


def read_npz(kind: type[Record], path: Path, *, name: str, version: int) -> Record:
    """Read a record written by `write_npz`; object arrays are refused.

    Raises:
        FormatError: wrong format name or version, or a missing or unknown array.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            data = {key: archive[key] for key in archive.files}
    except (OSError, ValueError, zipfile.BadZipFile) as reason:
        raise FormatError(f"{path}: not readable as {name}: {reason}") from reason
    if str(data.pop("format", "")) != name:
        raise FormatError(f"{path}: is not a {name} file")
    found = int(data.pop("version", np.array(-1)))
    if found != version:
        raise FormatError(f"{path}: {name} version {found} found, this release reads version {version}")
    hints = typing.get_type_hints(kind)
    expected = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if set(data) != expected:
        raise FormatError(f"{path}: arrays {sorted(set(data) ^ expected)} are missing or unknown")
    values: dict[str, Any] = {}
    for key, array in data.items():
        hint = hints[key]
        if typing.get_origin(hint) is np.ndarray:
            values[key] = array
        elif typing.get_origin(hint) is tuple:
            values[key] = tuple(array.tolist())
        elif typing.get_origin(hint) in (typing.Union, types.UnionType):
            values[key] = None if array.size == 0 else array
        else:
            values[key] = hint(array.item())
    return kind(**values)
