"""Builds as a careless hand, a failing disk or an enemy would leave them: one thing changed, drawn from a seed."""

import io
import json
import os
import pickle
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.formats.archive import pack

VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1, 1e-300, 1e300, -1e300, 10**30, 2**63, 0.5, float("nan"), float("inf"), "", "x",
    "../../etc/passwd", "/dev/zero", "é\x00\x1b[2J", "a" * 100_000, [], {},
    [[]], [None], [1e300] * 3, {"a": {"b": []}}, list(range(10_000)),
)  # fmt: skip
NUMBERS = ("nan", "inf", "-1", "0", "1e300", "1e-300", "99999999", "", "x", "1 2 3 4 5 6 7", "0 0 0")
GUISES = (
    b"", b"\0" * 4096, b"{}", b"[]", b"null", b"<html></html>", b"<mujoco/>", b"PK\x05\x06" + bytes(18), b"\xff" * 64,
    b"[" * 200_000, b'{"a":' * 50_000, b"<a>" * 50_000, b"version https://git-lfs.github.com/spec/v1\n",
    pickle.dumps({"a": 1}), b"a: &a [1]\nb: {<<: *a}\n",
)  # fmt: skip
BOMBS = (
    '<replicate count="100000000"><geom size="1"/></replicate>',
    '<replicate count="5000"><replicate count="5000"><geom size="1"/></replicate></replicate>',
    '<include file="robot.xml"/>', '<include file="../twin/twin.json"/>', '<include file="/dev/zero"/>',
    '<body><joint type="free"/><geom size="1e300"/></body>', '<geom type="mesh" mesh="none"/>',
    '<composite type="cable" count="1000000 1 1"/>', '<geom type="hfield" hfield="none"/>', "<body>" * 500,
)  # fmt: skip


def mutate(folder: Path, draw: random.Random) -> str:
    """Change one thing of the build in `folder` and return what."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    file = draw.choice(files)
    kinds: list[Callable[[Path, random.Random], str]] = [_bytes, _guise, _gone]
    if file.suffix == ".json":
        kinds = [_json] * 9 + kinds
    if file.suffix == ".xml":
        kinds = [_xml] * 9 + kinds
    if file.suffix == ".npz":
        kinds = [_npz] * 6 + kinds
    return f"{file.relative_to(folder)}: {draw.choice(kinds)(file, draw)}"


def _bytes(file: Path, draw: random.Random) -> str:
    data = bytearray(file.read_bytes())
    what = draw.choice(("flip", "cut", "double", "insert"))
    at = draw.randrange(len(data))
    if what == "flip":
        for _ in range(draw.choice((1, 1, 1, 10, 100))):
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    elif what == "cut":
        del data[at : at + draw.choice((1, 100, len(data)))]
    elif what == "double":
        data += data[at:]
    else:
        data[at:at] = bytes(draw.randrange(256) for _ in range(20))
    file.write_bytes(data)
    return f"{what} at {at}"


def _guise(file: Path, draw: random.Random) -> str:
    content = draw.choice(GUISES)
    file.write_bytes(content)
    return f"is {content[:20]!r}"


def _gone(file: Path, draw: random.Random) -> str:
    what = draw.choice(("gone", "fifo", "link", "folder", "huge"))
    file.unlink()
    if what == "fifo":
        os.mkfifo(file)
    elif what == "link":
        file.symlink_to(draw.choice(("/dev/zero", "/etc/passwd", file.name, "nowhere")))
    elif what == "folder":
        file.mkdir()
    elif what == "huge":
        with file.open("wb") as stream:
            stream.truncate(2**33)
    return what


def _json(file: Path, draw: random.Random) -> str:
    body = json.loads(file.read_text(encoding="utf-8"))
    inner: Any = body
    parent: Any = {}
    key: Any = ""
    where = ""
    for _ in range(draw.randrange(1, 9)):
        if not isinstance(inner, (dict, list)) or not inner:
            break
        parent, key = inner, draw.choice([*(inner if isinstance(inner, dict) else range(len(inner)))])
        where, inner = f"{where}.{key}", inner[key]
    what = draw.choice(("set", "set", "drop", "add", "repeat", "nest"))
    if isinstance(inner, (int, float)) and draw.random() < 0.7:
        what = "scale"
    if isinstance(inner, str) and draw.random() < 0.5:
        what = "rename"
    value: Any = inner
    if what == "rename":
        value = draw.choice(
            (inner + "x", inner[:-1], inner.upper(), f"../{inner}", draw.choice(file.read_text().split('"')[1::2]))
        )
    elif what == "scale" and isinstance(inner, (int, float)) and not isinstance(inner, bool):
        value = inner * draw.choice((-1, 0, 1e-9, 1e9, 1e300, 1.01, 2, 100))
    elif what == "repeat" and isinstance(inner, list):
        value = inner * draw.choice((2, 100, 3000))
    elif what == "nest":
        for _ in range(draw.choice((30, 100, 900))):
            value = {"not_": value} if draw.random() < 0.5 else [value]
    elif what == "add" and isinstance(inner, dict):
        value = {**inner, "extra": draw.choice(VALUES)}
    else:
        value = draw.choice(VALUES)
    if what == "drop" and isinstance(parent, dict):
        del parent[key]
    else:
        parent[key] = value
    file.write_text(json.dumps(body), encoding="utf-8")
    return f"{what} {where}"


def _xml(file: Path, draw: random.Random) -> str:
    text = file.read_text(encoding="utf-8")
    if draw.random() < 0.4:
        bomb, tags = draw.choice(BOMBS), ("<worldbody>", "<asset>", "<default>", "<mujoco ")
        tag = draw.choice([t for t in tags if t in text])
        text = text.replace(tag, tag + bomb if tag.endswith(">") else f"{bomb}{tag}", 1)
        what = bomb[:30]
    else:
        spans = [i for i in range(len(text)) if text.startswith('="', i)]
        at = draw.choice(spans) + 2
        end = text.index('"', at)
        what = f"{text[max(0, at - 20) : end]} -> "
        number = draw.choice(NUMBERS)
        text, what = text[:at] + number + text[end:], what + number
    file.write_text(text, encoding="utf-8")
    return what


def _npz(file: Path, draw: random.Random) -> str:
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = draw.choice(sorted(members))
    array = np.lib.format.read_array(io.BytesIO(members[name]))
    what = draw.choice(("nan", "huge", "shape", "type", "objects", "drop", "add", "header", "shuffle", "empty"))
    if what == "drop":
        del members[name]
    elif what == "header":
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }"
        members[name] = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
    else:
        changed = _changed(array, what, draw)
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, changed, allow_pickle=True)
        members["extra.npy" if what == "add" else name] = buffer.getvalue()
    file.write_bytes(pack(members, deflate=True))
    return f"{what} {name}"


def _changed(array: Any, what: str, draw: random.Random) -> Any:
    if what == "objects":
        return np.array([os.getpid], dtype=object)
    if what == "type":
        return array.astype(draw.choice(("<f4", "<i2", "<U4"))) if array.dtype.kind in "fi" else np.zeros(3)
    if what == "shape":
        return draw.choice(
            (array[..., None], array.reshape(-1), np.concatenate([array, array]) if array.ndim else array)
        )
    if what == "empty":
        return np.zeros((0,) * max(1, array.ndim), dtype=array.dtype)
    if what == "shuffle":
        return array[::-1] if array.ndim else array
    if array.dtype.kind in "fi" and array.size:
        changed = array.astype(np.float64) if array.dtype.kind == "f" else array.copy()
        worst = (np.nan if what == "nan" else draw.choice((1e300, -1e300, 1e6))) if array.dtype.kind == "f" else 2**40
        changed.reshape(-1)[draw.randrange(array.size)] = worst
        return changed
    return array
