"""What every term declares: its name, meaning, source, settings with unit and bounds, and whether it is implemented.

The language's schema, the reference page, `check`, `explain` and the environment read terms from here and nowhere
else. The modules of this package load neither numpy nor the simulator, so that a spec is checked in no time; the
functions that need them import them when they are called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeVar


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Values that mean something, SI and radians; None where there is no bound."""

    above: float | None = None
    """The value is larger than this."""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One setting of a term."""

    name: str
    dimension: str
    """A dimension of `specs/schema/units.json`, or `number` for one without a unit."""
    meaning: str
    bounds: Bounds = Bounds()
    example: str | float = ""
    needs: str = ""
    """What has to be built before the term's function takes it; empty where it does."""
    optional: bool = False
    """Whether a setting that is implemented may be left out."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """One word of the language that something must be able to execute."""

    name: str
    meaning: str
    """One sentence."""
    source: str
    """A place in a paper, or `ours: why`."""
    floating: bool = False
    """Whether only a robot with a floating base has it."""
    needs: str = ""
    """What has to be built before the term can be executed; empty where it is."""

    @property
    def implemented(self) -> bool:
        """Whether something executes the term; if not, only drafts may use it."""
        return not self.needs


AnyTerm = TypeVar("AnyTerm", bound=Term)


def by_name(*terms: AnyTerm) -> Mapping[str, AnyTerm]:
    """Return terms by their names; raises ValueError where two have the same."""
    found = {term.name: term for term in terms}
    if len(found) != len(terms):
        raise ValueError(f"two terms of one name among {sorted(term.name for term in terms)}")
    return found


def not_implemented(*given: object, **named: object) -> NoReturn:
    """Stand in for the function of a term that has none yet."""
    raise NotImplementedError("this term has no function; `check` refuses it outside drafts")
