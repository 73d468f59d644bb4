"""A folder of files in memory: what was read and verified once is what is used from then on."""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True)
class Files:
    """One place in a tree of files, read like a `Path`; nothing is ever read from a disk."""

    members: Mapping[str, bytes]
    """Relative path with `/` -> content, of the whole tree."""
    at: str = ""
    """This place in it; empty for the root."""

    def __truediv__(self, below: str) -> "Files":
        return Files(members=self.members, at=PurePosixPath(self.at, below).as_posix().removeprefix("./"))

    def __str__(self) -> str:
        return self.at

    @property
    def parent(self) -> "Files":
        """The folder this place is in."""
        return Files(members=self.members, at=self.at.rpartition("/")[0])

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.at.rpartition("/")[2]

    def exists(self) -> bool:
        """Tell whether there is a file here."""
        return self.at in self.members

    def read_bytes(self) -> bytes:
        """Return the content; raises FileNotFoundError."""
        if self.at not in self.members:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.at)
        return self.members[self.at]

    def below(self) -> dict[str, bytes]:
        """Return every file below this place, by its path from here."""
        start = f"{self.at}/" if self.at else ""
        return {name[len(start) :]: data for name, data in self.members.items() if name.startswith(start)}


Folder: TypeAlias = Path | Files
"""On a disk, or in memory."""


def name_below(folder: Folder, file: Folder) -> str:
    """Return how `file` is called from `folder`, which holds it."""
    if isinstance(file, Path):
        return file.relative_to(str(folder)).as_posix()
    return PurePosixPath(file.at).relative_to(str(folder)).as_posix()
