"""Weights of policies before any library reads them: plain numbers, all there, finite, and made for this skill."""

import json
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from skillc.runtime.bundle.archive import guise
from skillc.runtime.bundle.contents import Contents
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.members import POLICIES
from skillc.runtime.bundle.onnx_graph import onnx_faults
from skillc.runtime.formats.codec import decode_json
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.records import FormatError, shown

TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
    "U8": "<u1", "BOOL": "<u1",
}  # fmt: skip
"""Names of safetensors -> numpy's; BF16 are the upper two bytes of F32."""
MOST_HEADER_BYTES, MOST_TENSORS = 2**20, 10_000
EMBEDDED = "contract"
"""Key of the header's metadata under which a policy says what it was made for."""


class PolicyFault(ValueError):
    """The bytes are no weights that may be used."""


def check_policies(contents: Contents, contract: Contract) -> None:
    """Check every policy of a skill.

    Raises:
        BundleFault: SK772 the file may not be read; SK773 it was made for another skill, robot, observation or action.
    """
    for name, data in sorted(contents.files.members.items()):
        if name.split("/")[0] not in POLICIES:
            continue
        try:
            if what := guise(data):
                raise PolicyFault(what)
            if name.endswith(".onnx"):
                stated, wrong = onnx_faults(data)
                if wrong:
                    raise PolicyFault(wrong)
            else:
                stated = _safetensors(data)
        except PolicyFault as reason:
            hint = "export the policy again, as safetensors or as one ONNX file"
            raise BundleFault("SK772", contents.place(name), str(reason), hint) from reason
        for field, said in _made_for_another(stated, contract):
            hint = "train a policy for this build"
            raise BundleFault("SK773", contents.place(name), f"{EMBEDDED}.{field}: {said}", hint)


def _made_for_another(stated: Any, contract: Contract) -> Iterator[tuple[str, str]]:
    """Yield what the embedded contract says otherwise than the skill's."""
    if not isinstance(stated, dict):
        yield "skill", "is missing: nothing says what it was made for"
        return
    sizes = {"observation_size": contract.observation_size, "action_size": contract.action_size}
    for field, wanted in {"skill": contract.skill, "robot": contract.robot}.items():
        if stated.get(field) != wanted:
            yield field, f"is {shown(stated.get(field))}; this skill's is {wanted!r}"
    for field, size in sizes.items():
        if field in stated and stated[field] != size:
            yield field, f"is {shown(stated[field])}; the contract's is {size}"


def _safetensors(data: bytes) -> Any:
    """Return the embedded contract of a safetensors file whose tensors fill it exactly, one after another.

    Raises:
        PolicyFault: truncated, overlapping, with gaps, of an unknown type, or with numbers that are not finite.
    """
    if len(data) < 8:
        raise PolicyFault(f"is cut off: {len(data)} bytes")
    (length,) = struct.unpack_from("<Q", data)
    if length > min(MOST_HEADER_BYTES, len(data) - 8):
        raise PolicyFault(f"is cut off, or no safetensors: its header states {length} bytes")
    try:
        header = decode_json(data[8 : 8 + length], "header")
    except FormatError as reason:
        raise PolicyFault(f"is no safetensors: {reason}") from reason
    metadata = header.pop("__metadata__", {}) if isinstance(header, dict) else {}
    if not isinstance(header, dict) or not isinstance(metadata, dict) or len(header) > MOST_TENSORS:
        raise PolicyFault("is no safetensors: its header is no mapping of tensors")
    end, body = 0, memoryview(data)[8 + length :]
    for name, entry in sorted(header.items(), key=lambda item: _offsets(item[1])):
        start, stop = _offsets(entry)
        if start != end:
            raise PolicyFault(f"the tensor {shown(name)} overlaps another, or there is a gap before it")
        end = stop
        _check_tensor(name, entry, body[start:stop])
    if end != len(body):
        raise PolicyFault(f"its tensors end at {end} of {len(body)} bytes: it is cut off, or something follows")
    return _embedded(metadata.get(EMBEDDED))


def _offsets(entry: Any) -> tuple[int, int]:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(o) is int and o >= 0 for o in offsets):
        raise PolicyFault("is no safetensors: a tensor has no offsets")
    return offsets[0], offsets[1]


def _check_tensor(name: str, entry: dict[str, Any], content: memoryview) -> None:
    kind, shape = entry.get("dtype"), entry.get("shape")
    if kind not in TYPES or not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        raise PolicyFault(f"the tensor {shown(name)} has the type {shown(kind)} or a shape that is none")
    count = 1
    for n in shape:
        count *= n
    if count * np.dtype(TYPES[kind]).itemsize != len(content):
        raise PolicyFault(f"the tensor {shown(name)} states {shown(shape)} of {kind}, and has {len(content)} bytes")
    values = np.frombuffer(content, dtype=TYPES[kind])
    if kind == "BF16":
        values = (values.astype("<u4") << 16).view("<f4")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise PolicyFault(f"the tensor {shown(name)} holds weights that are not finite")


def _embedded(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
