"""Which things stand on the table, which of them is which, and where they are seen."""

from dataclasses import dataclass
from typing import Annotated, Literal

from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.marks import Sizes

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
class DroppedRegion:
    """Something that stands out from the table and was taken for no thing on it."""

    box_px: tuple[float, float, float, float]
    """x, y, width, height in the reference frame."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Scene(Artifact, name="scene", file="scene/scene.json"):
    """All objects; masks lie in `masks.npz` beside it in the same order."""

    objects: tuple[SceneObject, ...]
    task_type: str
    """grasp, pour, push or pull."""
    notes: tuple[str, ...]
    dropped: tuple[DroppedRegion, ...] = ()

    def of_role(self, role: Role) -> SceneObject | None:
        """Return the first object of `role`, or None."""
        return next((o for o in self.objects if o.role == role), None)


@dataclass(frozen=True, kw_only=True)
class Masks(Artifact, name="masks", file="scene/masks.npz"):
    """Visible pixels of each scene object in the reference frame."""

    mask: Annotated[BoolArray, Sizes("N", "H", "W")]
    """(N, H, W)."""
