"""Physical quantities as a spec writes them: a number with its unit, a range, a distribution, a comparison.

Values are SI and radians; pixels, frames and steps are their own dimensions. The unit table is data
(`specs/schema/units.json`), so that no unit library is loaded.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from skillc.compiler.source.tree import Span

Operation: TypeAlias = Literal["set", "add", "scale"]
"""How a range or distribution acts on the nominal value: replaces it, is added to it, or multiplies it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One number with its unit: `5 cm`, `60 deg/s`, `30 %`."""

    value: float
    """In SI units or radians; 0.3 for `30 %`."""
    dimension: str
    """A dimension name of the unit table; `number` for a bare number, `ratio` for a percentage."""
    unit: str
    """As written; empty for a bare number."""
    text: str
    """The whole quantity as written."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A closed interval: `0.8 .. 1.2` (set), `± 5 cm` (add), `+ 1 cm .. 2 cm` (add), `× 0.5 .. 1.5` (scale).

    Sampling it is uniform, or uniform in the logarithm where `log` is written before the range.
    """

    low: float
    high: float
    operation: Operation
    logarithmic: bool
    dimension: str
    unit: str
    """Unit of the upper end as written."""
    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A normal distribution: `normal 2 mm` is added to the nominal value, `× normal 5 %` multiplies it by 1 + that."""

    sigma: float
    """Standard deviation, never negative."""
    mean: float
    """0 unless written: `normal 1 mm, 2 mm` is mean, sigma."""
    operation: Operation
    """`add` or `scale`."""
    dimension: str
    unit: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A limit on a measured value: `< 7 cm`, `<=`, `>`, `>=`."""

    operator: Literal["<", "<=", ">", ">="]
    value: float
    dimension: str
    unit: str
    text: str
    span: Span


Measure: TypeAlias = Quantity | Range | Normal | Comparison
