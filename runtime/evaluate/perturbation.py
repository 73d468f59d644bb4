"""The table of what evaluation draws: `specs/protocols.yaml`, read into ranges in SI units."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

import numpy as np
import yaml

Protocol = Literal["replay", "test", "test+physics", "truth", "truth+test"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)

_UNITS = {"": 1.0, "m": 1.0, "mm": 1e-3, "s": 1.0, "ms": 1e-3, "rad": 1.0, "deg": np.pi / 180}
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_FORMS = {
    "added": re.compile(rf"± {_NUMBER} ?(\w*)"),
    "factor": re.compile(rf"× {_NUMBER}(?: \.\. {_NUMBER})?()"),
    "set": re.compile(rf"{_NUMBER}(?: \.\. {_NUMBER})? ?(\w*)"),
}


@dataclass(frozen=True, kw_only=True)
class DrawnRange:
    """How one quantity is drawn under one protocol."""

    text: str
    """As written."""
    source: str
    kind: Literal["added", "factor", "set", "box"]
    """added, factor: to and on the scene's own value; set: in its place; box: as the spec's `evaluation.test` says."""
    intervals: tuple[tuple[float, float], ...]
    """SI; one of them is chosen, then a value evenly within it. Empty for a box."""

    def draw(self, rng: np.random.Generator) -> float:
        """Draw once."""
        low, high = self.intervals[int(rng.integers(len(self.intervals)))]
        return float(rng.uniform(low, high))


@dataclass(frozen=True, kw_only=True)
class Perturbation:
    """One quantity of the table."""

    quantity: str
    meaning: str
    rehearsed: Mapping[str, Any]
    """Where a preset writes the build's own spread (`at`), how it is meant (`as`) and its unit; empty if nowhere."""
    ranges: Mapping[Protocol, DrawnRange]


@cache
def scenes() -> Mapping[Protocol, str]:
    """Return in words where the rollouts of each protocol happen."""
    return {name: _table()["scenes"][name] for name in PROTOCOLS}


@cache
def perturbations() -> tuple[Perturbation, ...]:
    """Return the table that ships with the package.

    Raises:
        ValueError: a range is not written in one of the forms that the file's head names.
    """
    return tuple(
        Perturbation(
            quantity=name,
            meaning=row["meaning"],
            rehearsed=row.get("rehearsed", {}),
            ranges={protocol: _range(draw) for draw in row["draws"] for protocol in draw["in"]},
        )
        for name, row in _table()["quantities"].items()
    )


@cache
def _table() -> Any:
    return yaml.safe_load((resources.files("skillc.specs") / "protocols.yaml").read_text(encoding="utf-8"))


def _range(written: Mapping[str, Any]) -> DrawnRange:
    value = written["value"]
    if value == "box":
        return DrawnRange(text="box", source=written["source"], kind="box", intervals=())
    parts = [str(part) for part in (value if isinstance(value, list) else [value])]
    read = [_interval(part) for part in parts]
    kinds = {kind for kind, _ in read}
    if len(kinds) != 1:
        raise ValueError(f"specs/protocols.yaml: {value} mixes {', '.join(sorted(kinds))}; write one form")
    return DrawnRange(
        text=" or ".join(parts), source=written["source"], kind=kinds.pop(), intervals=tuple(i for _, i in read)
    )


def _interval(text: str) -> tuple[Literal["added", "factor", "set"], tuple[float, float]]:
    for kind, form in _FORMS.items():
        found = form.fullmatch(text)
        if found and found.groups()[-1] in _UNITS:
            *numbers, unit = found.groups()
            values = [float(n) * _UNITS[unit] for n in numbers if n is not None]
            low = -values[0] if kind == "added" else values[0]
            return kind, (low, values[-1])  # type: ignore[return-value]
    raise ValueError(f"specs/protocols.yaml: {text!r} is no range; write `± 2 mm`, `× 0.7 .. 1.3` or `0 .. 50 ms`")
