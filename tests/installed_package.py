"""A Python package with entry points, as if somebody had installed it beside skillc."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from skillc.compiler.resolve.preset import find_preset
from skillc.compiler.resolve.shipped import finished, shipped
from skillc.runtime.tasks.catalog import task_type

CACHES = (find_preset, shipped, finished, task_type)
"""What a process reads once."""


@contextmanager
def installed(folder: Path, name: str, files: Mapping[str, str], entry_points: str) -> Iterator[Path]:
    """Install a package `name` of these files below `folder`; yield the package's folder."""
    package = folder / name
    package.mkdir()
    for file, text in {"__init__.py": "", **files}.items():
        (package / file).write_text(text, encoding="utf-8")
    info = folder / f"{name}-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 2.1\n")
    (info / "RECORD").write_text("".join(f"{name}/{file},,\n" for file in files))
    (info / "entry_points.txt").write_text(entry_points)
    sys.path.insert(0, str(folder))
    _forget()
    try:
        yield package
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(name, None)
        _forget()


def _forget() -> None:
    for cached in CACHES:
        cached.cache_clear()
