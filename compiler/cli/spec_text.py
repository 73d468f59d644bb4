"""The text of a spec as commands read and write it: a file, or `-` for standard input and output."""

import sys
from pathlib import Path

from skillc.compiler.source.characters import MOST_BYTES
from skillc.compiler.source.load import read as read_file
from skillc.runtime.cli.failures import InputError

STDIN = Path("-")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def shown(spec: Path) -> str:
    """Return the name that findings give a spec."""
    return "<stdin>" if spec == STDIN else str(spec)


def read(spec: Path) -> bytes:
    """Return a spec's bytes; raises SourceError where there is nothing to read."""
    return sys.stdin.buffer.read(MOST_BYTES + 1) if spec == STDIN else read_file(spec, str(spec))


def decoded(data: bytes) -> str:
    """Return the text that spans count in: without a byte order mark, line ends as they are."""
    return data.decode("utf-8-sig", errors="replace")


def write(spec: Path, text: str, *, marked: bool = False) -> None:
    """Write a spec's text; a file beside it takes its place, so that a killed run leaves the old or the new one.

    The file's mode stays, and a link stays a link.

    Args:
        spec: the file, or `-`.
        text: written as it is, with its own line ends.
        marked: whether the file starts with a byte order mark.

    Raises:
        InputError: the folder takes no file.
    """
    data = (BYTE_ORDER_MARK if marked else b"") + text.encode()
    if spec == STDIN:
        sys.stdout.write(data.decode())
        return
    target = spec.resolve()
    beside = target.with_name(f".{target.name}.new")
    try:
        beside.write_bytes(data)
        beside.chmod(target.stat().st_mode & 0o777)
        beside.replace(target)
    except OSError as error:
        raise InputError(f"{spec} cannot be written: {error.strerror}", "nothing was changed") from error


def difference(spec: Path, before: str, after: str) -> str:
    """Return a unified diff of a spec's text."""
    import difflib  # Takes 5 ms to load.

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines = list(difflib.unified_diff(old, new, shown(spec), f"{shown(spec)} (formatted)", n=2))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
