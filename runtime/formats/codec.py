"""One codec for every artifact: frozen dataclasses to JSON and back; `npz` does the same for records of arrays.

Files are byte-identical for equal records: fields in the order in which they are declared, mappings by sorted keys,
fixed float text, fixed archive dates. Reading checks the format name, the version, every field's type, the shapes that
the record declares, and that numbers are finite; what is unknown, missing or otherwise raises `FormatError`.
"""

import dataclasses
import json
import types
from typing import Any, TypeVar

import numpy as np

from skillc.runtime.formats.records import FormatError, from_json, shown

Record = TypeVar("Record")
MOST_DEPTH = 64
"""ours: three times what the deepest record has; a guard may be nested."""


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


def decode_json(data: bytes, where: str) -> Any:
    """Return the value in `data`: strict JSON, no key twice, no NaN, bounded depth.

    Raises:
        FormatError: it is none; names `where` and the reason.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            raise ValueError(f"the key {shown(next(k for k in keys if keys.count(k) > 1))} is there twice")
        return found

    def no_constant(text: str) -> Any:
        raise ValueError(f"{text} is no number of JSON")

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=no_constant)
    except RecursionError as reason:
        raise FormatError(f"{where}: nested deeper than {MOST_DEPTH}") from reason
    except ValueError as reason:
        raise FormatError(f"{where}: not readable as JSON: {reason}") from reason
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_DEPTH:
            raise FormatError(f"{where}: nested deeper than {MOST_DEPTH}")
        inner = [v.values() if isinstance(v, dict) else v for v in level if isinstance(v, (dict, list))]
        level = [v for values in inner for v in values if isinstance(v, (dict, list))]
    return value


def json_bytes(record: Any, *, name: str, version: int) -> bytes:
    """Return `record` as JSON with `format` and `version` at the top."""
    body = {"format": name, "version": version, **as_json(record)}
    return (json.dumps(body, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def parse_json(kind: type[Record], data: bytes, where: str, *, name: str, version: int) -> Record:
    """Return the record in `data`, as `json_bytes` made it; `where` names the file in messages.

    Raises:
        FormatError: wrong format name or version, or a bad field.
    """
    body = decode_json(data, where)
    if not isinstance(body, dict) or body.pop("format", None) != name:
        raise FormatError(f"{where}: is not a {name} file")
    found = body.pop("version", None)
    if type(found) is not int or found != version:
        raise FormatError(f"{where}: {name} version {shown(found)} found, this release reads version {version}")
    try:
        record: Record = from_json(kind, body)
    except FormatError as reason:
        raise FormatError(f"{where}: {reason}") from reason
    return record
