"""A build with one field changed, and what the loader says of it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.load import load
from skillc.runtime.formats.artifact import Artifact


def with_field(build: Path, file: str, path: tuple[str | int, ...], value: Any) -> None:
    """Set a field of a JSON file; a callable gets the old value."""
    body = json.loads((build / file).read_text(encoding="utf-8"))
    inner = body
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value(inner[path[-1]]) if callable(value) else value
    (build / file).write_text(json.dumps(body), encoding="utf-8")


def with_array(build: Path, kind: type[Artifact], **changes: Callable[[Any], Any]) -> None:
    """Change arrays of an NPZ file."""
    record: Any = kind.load(build / kind.FILE)
    replace(record, **{name: change(getattr(record, name)) for name, change in changes.items()}).save(build / kind.FILE)


def copied(build: Path, tmp_path: Path) -> Path:
    """Return a copy of `build` to be spoilt."""
    return Path(shutil.copytree(build, tmp_path / "spoilt"))


def refused(build: Path) -> str:
    """Return how the loader refuses `build`, without the folder's name."""
    with pytest.raises(BundleFault) as caught:
        load(build, locked=False)
    return str(caught.value).replace(f"{build}/", "").replace(str(build), "BUILD")
