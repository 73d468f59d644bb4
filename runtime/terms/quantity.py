"""One quantity that is drawn anew for every episode, and how it may be drawn."""

from dataclasses import dataclass
from typing import Literal

from skillc.runtime.terms.term import Bounds, Term

OBJECT = "{object}"
"""Stands for the name of any object of the spec."""
OperationName = Literal["add", "scale", "set", "normal", "value"]
"""`± 5 cm`; `× 0.5 .. 1.5`; `0.8 .. 1.2` in place of the nominal value; `normal 2 mm`; one value, not drawn at all."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One way to draw a quantity."""

    name: OperationName
    bounds: Bounds
    """Of what is written, SI: of the factor, of the value, or of the distance from the nominal value."""
    needs: str = ""
    """What has to be built before the environment draws it so; empty where it does."""


@dataclass(frozen=True, kw_only=True)
class RandomizedQuantity(Term):
    """One randomized quantity; `name` is what a spec writes after the owner."""

    owners: tuple[str, ...]
    """What has it: OBJECT, `robot`, `hand`, ...; empty where the name stands alone."""
    dimension: str
    operations: tuple[Operation, ...]
    """The usual one first."""
    example: str | float
    disturbs: tuple[str, ...] = ()
    """Observations it is noise on; empty where it is none."""
    in_clouds: bool = False
    """Whether a cloud of the object's points shows it."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a spec, with OBJECT for an object's name."""
        return tuple(f"{owner}.{self.name}" for owner in self.owners) or (self.name,)

    def operation(self, name: str) -> Operation | None:
        """Return the way of drawing of that name, or None if it makes no sense here."""
        return next((operation for operation in self.operations if operation.name == name), None)


NOT_DRAWN = "a draw of it in the environment"


def op(name: OperationName, least: float | None, most: float, needs: str = NOT_DRAWN) -> Operation:
    """Return an operation within bounds."""
    return Operation(name=name, bounds=Bounds(least=least, most=most), needs=needs)


def around(most: float, normal: float | None = None, *, drawn: bool = False) -> tuple[Operation, ...]:
    """Return: added evenly at most so far from the nominal value, or normally with at most that deviation."""
    return op("add", None, most, "" if drawn else NOT_DRAWN), op("normal", 0.0, most if normal is None else normal)


def noise(most: float, *, drawn: bool = False) -> tuple[Operation, ...]:
    """Return: disturbed normally with at most that deviation, or evenly at most so far."""
    return op("normal", 0.0, most, "" if drawn else NOT_DRAWN), op("add", None, most)


def factor(least: float, most: float, *others: Operation, drawn: bool = False) -> tuple[Operation, ...]:
    """Return: multiplied by a factor within bounds, or as `others` say."""
    return op("scale", least, most, "" if drawn else NOT_DRAWN), *others
