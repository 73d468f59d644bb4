"""What the command line gives a draft: a new file, a skill's name, a length."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from skillc.compiler.source.measure_error import MeasureError
from skillc.compiler.source.parse_quantity import parse_measure
from skillc.compiler.source.quantity import Quantity
from skillc.compiler.source.tree import Scalar, Span
from skillc.runtime.cli.failures import InputError

Result = TypeVar("Result")


def written(path: Path, write: Callable[[Path], Result]) -> Result:
    """Let `write` make a new file beside `path`, then give it that name.

    Raises:
        InputError: the file exists, or its folder does not.
    """
    unused(path)
    beside = path.with_name(f".{path.name}.new")
    try:
        result = write(beside)
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    return result


def unused(path: Path) -> None:
    """Refuse a path that something lies at, or whose folder is not there; raises InputError."""
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} exists and is not overwritten", "give another name, or move it away")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent}", "make it first")


def refreshed(path: Path, text: str) -> None:
    """Write a file of our own that may exist, with its folder."""
    path.parent.mkdir(exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def skill_name(file: Path) -> str:
    """Return a skill's name made of a file's: lower-case words joined by dashes."""
    words = re.findall(r"[a-z0-9]+", file.stem.lower())
    name = "-".join(words)[:64].strip("-")
    return name if name[:1].isalpha() else f"skill-{name}".strip("-")


def object_name(text: str, flag: str) -> str:
    """Return a name given on the command line; raises InputError if it cannot name an object."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", text):
        near = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
        hint = f"write for example {near}" if near[:1].isalpha() else ""
        raise InputError(
            f"{flag}: {text!r} is no name; lower-case letters, digits and underscores, a letter first", hint
        )
    return text


def asked_length(text: str, flag: str) -> float:
    """Return a length given on the command line, m; raises InputError."""
    return _asked(text, flag, "length")


def asked_pixels(text: str, flag: str) -> float:
    """Return a number of pixels given on the command line, px; raises InputError."""
    return _asked(text, flag, "pixels")


def _asked(text: str, flag: str, dimension: str) -> float:
    try:
        found = parse_measure(Scalar(text, text, True, Span(flag, 1, 1, 1, 1)), dimension, ("quantity",))
    except MeasureError as error:
        raise InputError(f"{flag}: {error.summary}; {error.detail}", error.diagnostics[0].hint) from error
    assert isinstance(found, Quantity)
    return found.value
