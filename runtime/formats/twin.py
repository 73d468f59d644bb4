"""The digital twin: shapes, poses and physical properties of everything on the table.

Canonical object frame (A.1.1): z up, origin on the support plane below the object's axis, so the lowest point of the
canonical shape has z = 0.
"""

from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.arrays import FloatArray, Pose
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.scene import Role

ShapeKind = Literal["sphere", "ellipsoid", "cylinder", "box", "open_box", "revolve", "convex", "mesh"]


@dataclass(frozen=True, kw_only=True)
class Handle:
    """A level bar on a round body, pointing away from its axis; in the canonical object frame."""

    yaw_rad: float
    """Direction, from x towards y."""
    inner_m: float
    """Distance from the axis at which it begins."""
    outer_m: float
    """Distance at which it ends."""
    width_m: float
    thickness_m: float
    top_m: float
    """Height of its upper side."""

    def corners(self) -> FloatArray:
        """Return its corners (8, 3) in the object frame, m."""
        import numpy as np

        c, s = np.cos(self.yaw_rad), np.sin(self.yaw_rad)
        half = self.width_m / 2
        return np.array(
            [
                [c * along - s * across, s * along + c * across, z]
                for along in (self.inner_m, self.outer_m)
                for across in (-half, half)
                for z in (self.top_m - self.thickness_m, self.top_m)
            ]
        )


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A shape in the canonical object frame; lengths in metres."""

    kind: ShapeKind
    """sphere, ellipsoid, cylinder, box: full extents are `TwinObject.size_m`. open_box: a tray with walls."""
    wall_m: float = 0.0
    """Wall and floor thickness of open_box and revolve shells; 0 for solids."""
    profile_m: tuple[tuple[float, float], ...] = ()
    """revolve: outer (radius, z) from the bottom up; a shell open at the top when wall_m > 0, else solid."""
    mesh: str | None = None
    """Path of the visual mesh beside twin.json (OBJ)."""
    parts: tuple[str, ...] = ()
    """Convex collision meshes beside twin.json (OBJ), for convex and mesh; else primitives are derived from kind."""
    handle: Handle | None = None
    """Beyond `TwinObject.size_m`, which is the body's alone."""


@dataclass(frozen=True, kw_only=True)
class TwinObject:
    """One object of the twin."""

    name: str
    role: Role
    shape: Shape
    size_m: tuple[float, float, float]
    """Full extents along the object's x, y, z."""
    size_sigma_m: tuple[float, float, float]
    """One standard deviation of each extent."""
    size_measured: tuple[bool, bool, bool]
    """False where the extent was assumed, not seen."""
    symmetry: Literal["none", "z", "unknown"]
    T_table_object: Pose
    """(4, 4) at the reference frame."""
    position_sigma_m: tuple[float, float, float]
    yaw_sigma_rad: float
    mass: float
    """kg."""
    mass_sigma: float
    inertia: tuple[float, float, float]
    """Principal moments about the centre of mass in object axes, kg m^2."""
    center_of_mass_m: tuple[float, float, float]
    """In the object frame."""
    friction: float
    """Sliding coefficient from the material table."""
    restitution: float
    material: str
    rgba: tuple[float, float, float, float]
    """Median colour seen, for pictures."""
    outline_iou: float
    """Overlap of the twin's projection with the mask in the reference frame."""


@dataclass(frozen=True, kw_only=True)
class Twin(Artifact, name="twin", file="twin/twin.json"):
    """Everything on the table z = 0 of the table frame."""

    objects: tuple[TwinObject, ...]
    task_type: str
    table_friction: float
    table_half_size_m: tuple[float, float]
    """Half extents of the table top drawn and simulated, centred at `table_center_m`."""
    table_center_m: tuple[float, float]

    def named(self, name: str) -> TwinObject:
        """Return the object called `name`; KeyError if there is none."""
        found = next((o for o in self.objects if o.name == name), None)
        if found is None:
            raise KeyError(f"no object {name!r} in the twin; it has {[o.name for o in self.objects]}")
        return found

    @property
    def manipulated(self) -> TwinObject:
        """The object the hand moves."""
        return next(o for o in self.objects if o.role == "manipulated")

    @property
    def target(self) -> TwinObject | None:
        """The object it is brought to, if any."""
        return next((o for o in self.objects if o.role == "target"), None)
