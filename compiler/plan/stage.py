"""What a stage is: named inputs and outputs, parameters from the resolved spec, a function that makes the outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

if TYPE_CHECKING:
    from skillc.runtime.formats.artifact import Artifacts

Record = TypeVar("Record")


class StageError(Exception):
    """The stage cannot make its outputs from these inputs; shown to the user as a diagnostic, nothing is published."""

    def __init__(
        self, code: str, message: str, hint: str = "", path: str = "", *, pictures: Mapping[str, bytes] | None = None
    ) -> None:
        """Keep the diagnostic's parts: stable code, what and expected, hint, spec path it points at.

        `pictures` are files (name -> content) that help to mend it; the engine keeps them and names them in the hint.
        """
        super().__init__(message)
        self.pictures = dict(pictures or {})
        self.code, self.message, self.hint, self.path = code, message, hint, path


@dataclass(frozen=True, kw_only=True)
class StageContext:
    """Everything a running stage may touch."""

    parameters: Mapping[str, JSON]
    """What `Stage.parameters` returned, the only part of the spec the stage sees; its body takes it from `read`."""
    made: Artifacts
    """Outputs of the stages it needs (read only)."""
    out: Path
    """Empty folder to write the declared outputs to."""
    find_data: Callable[[str], Path]
    """Relative path of an input file -> where it lies (beside the spec, --data, SKILLC_DATA)."""
    progress: Callable[[float, str], None]
    """Report a share done in 0..1 and what is going on."""
    warn: Callable[[str, str, str], None]
    """Announce (code, message, spec path): a fallback, a dropped frame, an assumption."""

    def read(self, section: str, kind: type[Record]) -> Record:
        """Return a section of the parameters as a record of type `kind`.

        Raises:
            FormatError: its fields are not those of `kind`.
        """
        from skillc.runtime.formats.records import from_json

        record: Record = from_json(kind, self.parameters[section], section)
        return record


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One node of the plan."""

    name: str
    needs: tuple[str, ...]
    """Stages whose outputs are read."""
    makes: tuple[str, ...]
    """Files (or folders, ending in /) written below `StageContext.out`."""
    code: tuple[str, ...]
    """Modules or packages whose source bytes are part of the fingerprint, with all they import of skillc.

    The stage's own module is enough, but for what is run by name."""
    parameters: Callable[[ResolvedSpec], dict[str, JSON]]
    """Section -> JSON data of the record that the stage reads it as; nothing heavy may be imported for it."""
    run: Callable[[StageContext], None]
    files: Callable[[ResolvedSpec], tuple[str, ...]] = lambda spec: ()
    """Relative paths of input files whose digests are part of the fingerprint (the recording, meshes)."""
    refuse: Callable[[Mapping[str, JSON]], None] = lambda parameters: None
    """Raise StageError for parameters that can never work, whatever the inputs: called before any stage runs."""
    inspect: Callable[[Mapping[str, JSON], Callable[[str], Path]], None] = lambda parameters, find_data: None
    """Raise StageError for input files whose headers can never work; given where a file lies (InputMissing if it does
    not). Called by `check` where the files are there, so it must be quick; ModuleNotFoundError if what reads them is
    not installed."""
    reads: tuple[str, ...] = ()
    """Files that are read where a stage of the method makes them; their makers are needed too, where there are any."""
