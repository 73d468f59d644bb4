"""The quick answer to "is anything to do?": nothing that a build depends on changed since the last one.

A receipt names the digests of the spec, of every input and output file, of all of skillc's own code and data, and the
installed distributions. When all still hold, the stages need not even be imported; the answer takes a fraction of a
second and is as sure as running every comparison, since all those comparisons are functions of these digests.
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import skillc
from skillc.compiler.plan.digest import of_bytes, of_file, of_json, of_path
from skillc.compiler.plan.output_folder import LOCK
from skillc.compiler.source.data_folders import InputMissing, data_folders, find_input

ROOT = Path(skillc.__file__).parent
PARTS = ("compiler", "runtime", "specs", "templates")
"""Folders of the package whose every file counts."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the last build of this spec found."""

    out: Path
    stages: tuple[str, ...]
    findings: tuple[Mapping[str, Any], ...]
    """Warnings as `check --json` writes them."""
    text: str
    """Warnings as text."""


def place(spec_file: Path, out: Path | None, until: str | None) -> Path:
    """Return where the receipt of a build lies: in the workspace beside the build folder."""
    parent = out.absolute().parent if out is not None else spec_file.absolute().parent / "build"
    name = of_json([str(spec_file.absolute()), str(out.absolute()) if out is not None else None, until])
    return parent / ".skillc" / "receipts" / f"{name[:16]}.json"


def write(file: Path, receipt: Receipt, *, spec_digest: str, inputs: Mapping[str, str]) -> None:
    """Keep the receipt of a finished build; replaces the file in one step."""
    body = {
        "key": _key(spec_digest),
        "out": str(receipt.out),
        "lock": of_file(receipt.out / LOCK),
        "inputs": dict(inputs),
        "stages": list(receipt.stages),
        "findings": [dict(f) for f in receipt.findings],
        "text": receipt.text,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.write_text(json.dumps(body), encoding="utf-8")
    fresh.replace(file)


def still_valid(file: Path, spec_file: Path, data: Path | None) -> Receipt | None:
    """Return the receipt if everything it names still has the digest it names, else None."""
    try:
        if not spec_file.is_file():
            return None
        body = json.loads(file.read_text(encoding="utf-8"))
        out = Path(body["out"])
        lock = (out / LOCK).read_bytes()
        if of_bytes(lock) != body["lock"] or out.is_symlink() or _key(of_file(spec_file)) != body["key"]:
            return None
        folders = data_folders(spec_file, data)
        if any(of_path(find_input(name, folders)) != digest for name, digest in body["inputs"].items()):
            return None
        if any(of_file(out / name) != digest for name, digest in json.loads(lock)["outputs"].items()):
            return None
        return Receipt(out=out, stages=tuple(body["stages"]), findings=tuple(body["findings"]), text=body["text"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, InputMissing):
        return None


def _key(spec_digest: str) -> str:
    """Return the digest of everything but inputs and outputs."""
    total = hashlib.sha256()
    for part in PARTS:
        for folder, folders, files in os.walk(ROOT / part):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in sorted(files):
                path = os.path.join(folder, name)
                total.update(f"{os.path.relpath(path, ROOT)}\0".encode())
                with open(path, "rb") as file:
                    total.update(hashlib.file_digest(file, "sha256").digest())
    installed = sorted({name for folder in sys.path if os.path.isdir(folder) for name in _distributions(folder)})
    return of_json([skillc.__version__, sys.version, spec_digest, total.hexdigest(), installed])


def _distributions(folder: str) -> list[str]:
    return [name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-link", ".pth"))]
