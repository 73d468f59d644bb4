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

from skillc.runtime.formats.records import FormatError, from_json

Record = TypeVar("Record")


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
