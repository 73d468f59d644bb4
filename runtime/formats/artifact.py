"""What is written to a file and read again: a frozen dataclass with a format name, a version and a place in the build.

A record says all three where its class begins: `class Keyframes(Artifact, name="keyframes", file="keyframes.json")`.
The file's ending chooses the storage, NPZ for records of arrays and JSON for all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self, TypeVar

from skillc.runtime.formats.codec import json_bytes, parse_json
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.npz import npz_bytes, parse_npz
from skillc.runtime.formats.records import FormatError


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

    def as_bytes(self) -> bytes:
        """Return the file's bytes; equal records give equal bytes."""
        encode = npz_bytes if self.FILE.endswith(".npz") else json_bytes
        return encode(self, name=self.FORMAT, version=self.VERSION)

    def save(self, path: Path) -> None:
        """Write to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.as_bytes())

    @classmethod
    def parse(cls, data: bytes, where: str) -> Self:
        """Return the record in a file's bytes; `where` names the file in messages.

        Raises:
            FormatError: it is of another format or version, or a field is not what the record declares.
        """
        if cls.FILE.endswith(".npz"):
            return parse_npz(cls, data, where, name=cls.FORMAT, version=cls.VERSION)
        return parse_json(cls, data, where, name=cls.FORMAT, version=cls.VERSION)

    @classmethod
    def load(cls, path: Folder) -> Self:
        """Read from `path`; raises FormatError."""
        try:
            data = path.read_bytes()
        except OSError as reason:
            raise FormatError(f"{path}: not readable as {cls.FORMAT}: {reason.strerror or reason}") from reason
        return cls.parse(data, str(path))


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
