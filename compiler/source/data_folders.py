"""Input files of a skill: found beside the spec or in a data folder, never outside of those."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath


class InputMissing(Exception):
    """No folder has the file; the message lists where it was looked for."""

    def __init__(self, name: str, message: str) -> None:
        """Keep the name as the spec writes it."""
        super().__init__(message)
        self.name = name


def data_folders(spec_file: Path, data: Path | None) -> tuple[Path, ...]:
    """Return where input files are looked for: beside the spec, `--data`, then SKILLC_DATA (a path list)."""
    listed = [Path(p) for p in os.environ.get("SKILLC_DATA", "").split(os.pathsep) if p]
    return (spec_file.absolute().parent, *([data] if data is not None else []), *listed)


def find_input(name: str, folders: Sequence[Path]) -> Path:
    """Return the file or folder `name` in the first of `folders` that has it.

    Raises:
        InputMissing: none has it, or the name leads out of the folder.
    """
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise InputMissing(name, f"{name!r} is not a path below the spec or the data folder")
    for folder in folders:
        candidate = folder / pure
        if candidate.exists():
            return candidate
    raise InputMissing(name, f"{name} is not in " + ", ".join(str(f) for f in folders))
