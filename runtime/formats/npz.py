"""Records of arrays as NPZ files: bytes in, bytes out, nothing pickled."""

import dataclasses
import io
import math
import types
import typing
from typing import Any

import numpy as np

from skillc.runtime.formats.archive import ArchiveBounds, ArchiveFault, pack, unpack
from skillc.runtime.formats.codec import Record
from skillc.runtime.formats.records import FormatError, check_arrays, hints_of, shown

BOUNDS = ArchiveBounds(members=64, size=256 * 2**20, ratio=math.inf)
"""ours: an hour of tracks has 100 MB; zeros pack a thousandfold."""
DIMENSIONS = 4


def npz_bytes(record: Any, *, name: str, version: int) -> bytes:
    """Return a flat dataclass as NPZ: arrays as they are, strings and numbers as 0-d or 1-d arrays.

    Raises:
        FormatError: a field is no array, number or string.
    """
    arrays: dict[str, Any] = {"format": np.array(name), "version": np.array(version)}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        arrays[field.name] = np.asarray(value) if value is not None else np.zeros(0)
    members = {}
    for key, array in arrays.items():
        if array.dtype.kind == "O":
            raise FormatError(f"{name}: field {key} is not an array, number or string")
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False)
        members[f"{key}.npy"] = buffer.getvalue()
    return pack(members, deflate=True)


def parse_npz(kind: type[Record], data: bytes, where: str, *, name: str, version: int) -> Record:
    """Return the record in `data`; `where` names the file in messages.

    Raises:
        FormatError: wrong format name or version, a missing or unknown array, another type or shape than declared, a
            number that is not finite where it has to be.
    """
    try:
        members = unpack(data, BOUNDS)
    except ArchiveFault as reason:
        raise FormatError(f"{where}: not readable as {name}: {reason}") from reason
    arrays = {key.removesuffix(".npy"): _array(content, f"{where}: {key}") for key, content in members.items()}
    if _single(arrays.pop("format", None), "U") != name:
        raise FormatError(f"{where}: is not a {name} file")
    found = _single(arrays.pop("version", None), "i")
    if found != version:
        raise FormatError(f"{where}: {name} version {found} found, this release reads version {version}")
    declared: Any = kind
    hints = hints_of(declared)
    if set(arrays) != set(hints):
        raise FormatError(f"{where}: arrays {sorted(set(arrays) ^ set(hints))[:10]} are missing or unknown")
    values = {key: _value(hints[key], arrays[key], f"{where}: {key}") for key in hints}
    check_arrays(kind, values, where)
    return kind(**values)


def _array(data: bytes, where: str) -> Any:
    """Return the array of an NPY file; its header must state exactly the bytes that follow."""
    stream = io.BytesIO(data)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("expected version 1.0 of the format")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    except Exception as reason:  # the header is Python text, which fails in many ways
        raise FormatError(f"{where}: is no array: {shown(str(reason))}") from reason
    content = memoryview(data)[stream.tell() :]
    if dtype.hasobject or dtype.kind not in "biufU" or dtype.names is not None:
        raise FormatError(f"{where}: holds {dtype}; expected numbers or text")
    if len(shape) > DIMENSIONS or fortran or math.prod(shape) * dtype.itemsize != len(content):
        raise FormatError(f"{where}: states the shape {shown(shape)} of {dtype}, and holds {len(content)} bytes")
    return np.frombuffer(content, dtype=dtype).reshape(shape).copy()


def _value(hint: Any, array: Any, where: str) -> Any:
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return None if array.size == 0 else _value(arguments[0], array, where)
    if origin is np.ndarray:
        wanted = np.dtype(typing.get_args(arguments[1])[0])
        if array.dtype != wanted:
            raise FormatError(f"{where}: holds {array.dtype}; expected {wanted}")
        return array
    many = origin is tuple
    kind = arguments[0] if many else hint
    letters = {str: "U", int: "i", bool: "b", float: "fi"}[kind]
    if array.ndim != int(many) or (array.dtype.kind not in letters and array.size):
        raise FormatError(f"{where}: holds {array.dtype} of shape {array.shape}; expected {kind.__name__}")
    return tuple(map(kind, array.tolist())) if many else kind(array.item())


def _single(array: Any, letter: str) -> Any:
    return array.item() if array is not None and array.ndim == 0 and array.dtype.kind == letter else None
