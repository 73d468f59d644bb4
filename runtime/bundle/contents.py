"""The files of a build or a bundle, read once: from here on the bytes in memory are what the skill is."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.bundle import Manifest
from skillc.runtime.formats.files import Files
from skillc.runtime.formats.records import FormatError

Kind = TypeVar("Kind", bound=Artifact)


def results_of(source: Path) -> Path:
    """Return where runs, evaluations and reports of a build folder or a bundle go."""
    return source if source.is_dir() else source.with_suffix(".results")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What was read, and what is known of it."""

    source: Path
    """The build folder, or the bundle."""
    files: Files
    edited: tuple[str, ...]
    """Files that are not as the build made them: changed, added or gone; none in a bundle."""
    signed_by: str = ""
    """Name of the key that signed a bundle; empty for a build folder."""
    key: str = ""
    """The public key itself."""
    manifest: Manifest | None = None
    """Of a bundle."""

    @property
    def results(self) -> Path:
        """Where runs, evaluations and reports of this skill go."""
        return results_of(self.source)

    def place(self, name: str) -> str:
        """Return how messages name the file `name`."""
        return str(self.source / name) if self.source.is_dir() else f"{self.source}: {name}"

    def record(self, kind: type[Kind]) -> Kind:
        """Return the record of this kind.

        Raises:
            BundleFault: SK760 it is missing; SK761 it is not what the record declares, naming file and field.
        """
        place = self.files / kind.FILE
        if not place.exists():
            raise BundleFault("SK760", self.place(kind.FILE), "is missing", "`skillc build SPEC` makes a whole build")
        try:
            return kind.parse(place.read_bytes(), kind.FILE)
        except FormatError as reason:
            what = str(reason).removeprefix(f"{kind.FILE}: ")
            hint = "`skillc build SPEC` makes it anew"
            raise BundleFault("SK761", self.place(kind.FILE), what, hint) from reason

    def require_unedited(self) -> None:
        """Refuse files that the build did not make.

        Raises:
            BundleFault: SK762, naming them.
        """
        if self.edited:
            more = f", and {len(self.edited) - 1} more: {', '.join(self.edited[1:10])}" if self.edited[1:] else ""
            raise BundleFault(
                "SK762",
                self.place(self.edited[0]),
                f"is not as the build made it{more}",
                "`skillc build SPEC --force` makes it anew; --unlocked runs it as it is",
            )
