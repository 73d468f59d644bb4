"""Input files of a skill: found beside the spec or in a data folder, never outside of those, and never a device."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath


class InputMissing(Exception):
    """No folder has the file; the message lists where it was looked for."""

    code = "SK801"

    def __init__(self, name: str, message: str) -> None:
        """Keep the name as the spec writes it."""
        super().__init__(message)
        self.name = name


class InputOutside(InputMissing):
    """A link leads out of the folder that holds the file; the message names the link."""

    code = "SK855"


class InputSpecial(InputMissing):
    """It is a pipe, a device or a socket, which may never end; the message names it."""

    code = "SK856"


def data_folders(spec_file: Path, data: Path | None) -> tuple[Path, ...]:
    """Return where input files are looked for: beside the spec, `--data`, then SKILLC_DATA (a path list)."""
    listed = [Path(p) for p in os.environ.get("SKILLC_DATA", "").split(os.pathsep) if p]
    return (spec_file.absolute().parent, *([data] if data is not None else []), *listed)


def find_input(name: str, folders: Sequence[Path]) -> Path:
    """Return the file or folder `name` in the first of `folders` that has it.

    Raises:
        InputMissing: none has it, or the name leads out of the folder.
        InputOutside: a link on the way to it, or inside it, leads out of the folder.
        InputSpecial: it is, or holds, something that is neither a regular file nor a folder.
    """
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise InputMissing(name, f"{name!r} is not a path below the spec or the data folder")
    try:
        for folder in folders:
            candidate = folder / pure
            if candidate.exists():
                _check(name, candidate, folder.resolve())
                return candidate
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputMissing(name, f"{name} cannot be opened: {reason.lower()}") from error
    raise InputMissing(name, f"{name} is not in " + ", ".join(str(f) for f in folders))


def _check(name: str, found: Path, root: Path) -> None:
    """Raise if opening `found`, or anything in it, would read outside of `root` or never end."""
    if not found.resolve().is_relative_to(root):
        raise InputOutside(name, f"{name} is a link to {found.resolve()}, outside of {root}")
    for path in (found, *_below(found)):
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise InputOutside(name, f"{name} holds the link {path.name} to {path.resolve()}, outside of {root}")
        mode = path.stat().st_mode if path.exists() else stat.S_IFREG
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise InputSpecial(name, f"{path.name} is no regular file")


def _below(folder: Path) -> Iterator[Path]:
    """Yield everything below a folder; links to folders are not entered."""
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, entry) for entry in (*folders, *files))
