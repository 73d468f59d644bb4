"""What is written to a file and read again: a frozen dataclass with a format name, a version and a place in the build.

A record says all three where its class begins: `class Keyframes(Artifact, name="keyframes", file="keyframes.json")`.
The file's ending chooses the storage, NPZ for records of arrays and JSON for all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self, TypeVar

from skillc.runtime.formats.codec import read_json, read_npz, write_json, write_npz


class Artifact:
    """Base of every record that is a file of its own."""

    FORMAT: ClassVar[str]
    """The file's `format` field."""
    VERSION: ClassVar[int]
    """The file's `version` field: the one version that is written and read."""
    FILE: ClassVar[str]
    """Where it lies in a build folder, or in a run's folder."""

    def __init_subclass__(cls, *, name: str, file: str, version: int = 1) -> None:
        """Name the format `skillc.<name>`."""
        super().__init_subclass__()
        cls.FORMAT, cls.VERSION, cls.FILE = f"skillc.{name}", version, file

    def save(self, path: Path) -> None:
        """Write to `path`."""
        write = write_npz if self.FILE.endswith(".npz") else write_json
        write(self, path, name=self.FORMAT, version=self.VERSION)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read from `path`; raises FormatError."""
        if cls.FILE.endswith(".npz"):
            return read_npz(cls, path, name=cls.FORMAT, version=cls.VERSION)
        return read_json(cls, path, name=cls.FORMAT, version=cls.VERSION)


Made = TypeVar("Made", bound=Artifact)


@dataclass(frozen=True, kw_only=True)
class Artifacts:
    """Files that stages made, each stage's in a folder of its own; no file has two makers, so its name finds it."""

    folders: Sequence[Path]
    """A finished build is one folder that holds them all."""

    def holds(self, name: str) -> bool:
        """Tell whether there is a file or folder `name`."""
        return any((folder / name).exists() for folder in self.folders)

    def path(self, name: str) -> Path:
        """Return where the file or folder `name` lies.

        Raises:
            FileNotFoundError: no folder holds it.
        """
        found = next((folder / name for folder in self.folders if (folder / name).exists()), None)
        if found is None:
            raise FileNotFoundError(f"{name} was not made by {', '.join(f.name for f in self.folders) or 'any stage'}")
        return found

    def load(self, kind: type[Made]) -> Made:
        """Read the record of this kind; raises FileNotFoundError, FormatError."""
        return kind.load(self.path(kind.FILE))
