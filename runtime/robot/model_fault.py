"""What is wrong with a robot model or a mesh, in the form every diagnostic has."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ModelFault:
    """One finding about a model file."""

    code: str
    """SK870 to SK897."""
    summary: str
    """What was found; what is expected."""
    file: str
    line: int = 0
    """1-based; 0 where the format has no lines."""
    severity: Literal["error", "warning"] = "error"
    hint: str = ""

    def __str__(self) -> str:
        """Return `file:line: code: summary`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code}: {self.summary}"


class ModelError(ValueError):
    """A model has faults; `faults` lists them all."""

    def __init__(self, faults: tuple[ModelFault, ...]) -> None:
        """Keep the faults; the message has one line each."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class MeshFault(ValueError):
    """The bytes are not a mesh of the stated format."""

    def __init__(self, code: str, summary: str) -> None:
        """Keep the code."""
        super().__init__(summary)
        self.code = code
