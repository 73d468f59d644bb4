"""SHA-256 of files, folders and JSON values: the only notion of "the same" in the engine."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from skillc.compiler.resolve.resolved import JSON


def of_bytes(data: bytes) -> str:
    """Return the hexadecimal digest of `data`."""
    return hashlib.sha256(data).hexdigest()


def of_json(value: JSON) -> str:
    """Return the digest of a JSON value; key order does not matter, the type and text of numbers do."""
    return of_bytes(canonical(value).encode("utf-8"))


def canonical(value: JSON) -> str:
    """Return the one text of a JSON value: sorted keys, no spaces, shortest float text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def of_file(path: Path) -> str:
    """Return the digest of a file's bytes; OSError if it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_path(path: Path) -> str:
    """Return the digest of a file, or of a folder's sorted (name, digest) list; links are followed."""
    if path.is_dir():
        return of_json({p.relative_to(path).as_posix(): of_file(p) for p in sorted(path.rglob("*")) if p.is_file()})
    return of_file(path)


def of_tree(files: Mapping[str, str]) -> str:
    """Return the digest of a set of files given as name -> digest."""
    return of_json(dict(files))
