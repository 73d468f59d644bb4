"""What fields of a record say beyond their type: shapes of arrays, and numbers that may be NaN."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias


@dataclass(frozen=True)
class Gaps:
    """Marks numbers of a record that may be NaN, where there is no value; all others are finite."""


@dataclass(frozen=True)
class Sizes:
    """The shape of an array field of a record.

    Equal letters are equal lengths throughout the record: `Annotated[FloatArray, Sizes("T", "n")]`.
    """

    sizes: tuple[str | int, ...]

    def __init__(self, *sizes: str | int) -> None:
        object.__setattr__(self, "sizes", sizes)

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.sizes))})"


FloatOrGap: TypeAlias = Annotated[float, Gaps()]
"""NaN, written as null, where there is no value."""
