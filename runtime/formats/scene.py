"""Which things stand on the table, which of them is which, and where they are seen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.formats.codec import read_json, read_npz, write_json, write_npz

NAME, VERSION = "skillc.scene", 1
MASKS = "skillc.masks"

Role = Literal["manipulated", "target", "obstacle"]


@dataclass(frozen=True, kw_only=True)
class SceneObject:
    """One thing on the table."""

    name: str
    """The spec's name, or "obstacle_N"."""
    role: Role
    material: str
    """One of the paper's vocabulary (A.1.1): wood plastic metal glass rubber ceramic cardboard foam fabric other."""
    symmetry: Literal["none", "z", "unknown"]
    """Rotational symmetry about the object's vertical axis, as the spec says."""
    box_px: tuple[float, float, float, float]
    """x, y, width, height in the reference frame."""
    confidence: float
    """0..1: how clearly this cluster is the one the name means."""
    reason: str
    """Why this cluster got this name."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All objects; masks lie in `masks.npz` beside it in the same order."""

    objects: tuple[SceneObject, ...]
    task_type: str
    """grasp, pour, push or pull."""
    notes: tuple[str, ...]

    def of_role(self, role: Role) -> SceneObject | None:
        """Return the first object of `role`, or None."""
        return next((o for o in self.objects if o.role == role), None)

    def save(self, path: Path) -> None:
        """Write to `path`."""
        write_json(self, path, name=NAME, version=VERSION)

    @classmethod
    def load(cls, path: Path) -> "Scene":
        """Read from `path`; raises FormatError."""
        return read_json(cls, path, name=NAME, version=VERSION)


@dataclass(frozen=True, kw_only=True)
class Masks:
    """Visible pixels of each scene object in the reference frame."""

    mask: BoolArray
    """(N, H, W)."""

    def save(self, path: Path) -> None:
        """Write to `path` (npz)."""
        write_npz(self, path, name=MASKS, version=VERSION)

    @classmethod
    def load(cls, path: Path) -> "Masks":
        """Read from `path`; raises FormatError."""
        return read_npz(cls, path, name=MASKS, version=VERSION)
