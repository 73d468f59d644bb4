"""The randomization box of a spec: how far objects may lie from where they were demonstrated."""

from dataclasses import dataclass

from skillc.compiler.resolve.drawn import everywhere
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


@dataclass(frozen=True, kw_only=True)
class RandomizationBox:
    """Half widths; 0 without randomization."""

    position_m: float
    """Along x and y."""
    yaw_rad: float


def box_of(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return half widths of the largest position and yaw ranges of any object, in training and in tests."""
    drawn = [(str(path[-1]), value) for path, value in everywhere(spec)]

    def half(ending: str) -> float:
        found = [v for k, v in drawn if k.endswith(ending) and isinstance(v, dict) and v.get("kind") == "uniform"]
        return max((max(abs(v["low"]), abs(v["high"])) for v in found), default=0.0)

    return {"position_m": half(".position.xy"), "yaw_rad": half(".yaw")}
