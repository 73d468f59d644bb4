"""Mass, centre of mass and principal inertia of twin shapes from material and geometry."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.twin import Shape
from skillc.runtime.perception.shape.materials import Material, MaterialTable


@dataclass(frozen=True, kw_only=True)
class MassProperties:
    """In the canonical object frame (z up, lowest point at 0)."""

    mass: float
    center: tuple[float, float, float]
    inertia: tuple[float, float, float]
    """About the centre of mass, along the object's axes, kg m^2."""


def mass_properties(shape: Shape, size: FloatArray, material: str, table: MaterialTable) -> MassProperties:
    """Return mass properties of a shape of full extents `size` (3,) m made of `material`.

    Convex shapes and meshes have `solid_properties` instead.
    """
    made_of = table.named(material)
    if shape.kind == "open_box":
        return _open_box(size, shape.wall_m, made_of.density)
    if shape.kind == "revolve":
        return _revolve(np.asarray(shape.profile_m), shape.wall_m, _density(shape, size, material, made_of, table))
    density = _density(shape, size, material, made_of, table)
    x, y, z = size
    if shape.kind in ("sphere", "ellipsoid"):
        mass = density * np.pi / 6 * x * y * z
        inertia = mass / 20 * np.array([y**2 + z**2, x**2 + z**2, x**2 + y**2])
    elif shape.kind == "cylinder":
        mass = density * np.pi / 4 * x * y * z
        radius = (x + y) / 4
        inertia = mass * np.array([radius**2 / 4 + z**2 / 12, radius**2 / 4 + z**2 / 12, radius**2 / 2])
    else:
        mass = density * x * y * z
        inertia = mass / 12 * np.array([y**2 + z**2, x**2 + z**2, x**2 + y**2])
    return _of(mass, z / 2, inertia)


def solid_properties(vertices: FloatArray, faces: IntArray, density: float) -> MassProperties:
    """Return mass properties of what a closed mesh (faces counter-clockwise from outside) encloses.

    Signed tetrahedra between the origin and every triangle add up to the solid. Products of inertia are left out: the
    twin states moments along the object's axes only.
    """
    corners = vertices[faces]
    volume = np.linalg.det(corners) / 6
    mass = density * float(volume.sum())
    together = corners.sum(axis=1)
    centre = np.einsum("f,fj->j", volume, together) / 4 / float(volume.sum())
    second = np.einsum("f,fj->j", volume, together**2 + (corners**2).sum(axis=1)) / 20
    spread = density * second - mass * centre**2
    inertia = spread.sum() - spread
    return MassProperties(
        mass=mass,
        center=(float(centre[0]), float(centre[1]), float(centre[2])),
        inertia=(float(inertia[0]), float(inertia[1]), float(inertia[2])),
    )


def _density(shape: Shape, size: FloatArray, material: str, made_of: Material, table: MaterialTable) -> float:
    if shape.wall_m > 0:
        return made_of.density
    slab = shape.kind == "box" and size[2] < table.solid_slab * min(size[0], size[1])
    return made_of.density if slab and material == "cardboard" else made_of.bulk


def _open_box(size: FloatArray, wall: float, density: float) -> MassProperties:
    x, y, z = size
    boxes = [
        (np.array([0, 0, wall / 2]), np.array([x, y, wall])),
        *((np.array([s * (x - wall) / 2, 0, (z + wall) / 2]), np.array([wall, y, z - wall])) for s in (-1, 1)),
        *(
            (np.array([0, s * (y - wall) / 2, (z + wall) / 2]), np.array([x - 2 * wall, wall, z - wall]))
            for s in (-1, 1)
        ),
    ]
    masses = np.array([density * np.prod(extent) for _, extent in boxes])
    centre = sum(m * place for m, (place, _) in zip(masses, boxes, strict=True)) / masses.sum()
    inertia = np.zeros(3)
    for m, (place, e) in zip(masses, boxes, strict=True):
        own = m / 12 * np.array([e[1] ** 2 + e[2] ** 2, e[0] ** 2 + e[2] ** 2, e[0] ** 2 + e[1] ** 2])
        d = place - centre
        inertia += own + m * np.array([d[1] ** 2 + d[2] ** 2, d[0] ** 2 + d[2] ** 2, d[0] ** 2 + d[1] ** 2])
    return _of(float(masses.sum()), float(centre[2]), inertia)


def _revolve(profile: FloatArray, wall: float, density: float) -> MassProperties:
    """Sum thin annuli over the height; the shell is open at the top, its floor one wall thick."""
    heights = np.linspace(profile[0, 1], profile[-1, 1], 201)
    middle = (heights[1:] + heights[:-1]) / 2
    thick = np.diff(heights)
    outer = np.interp(middle, profile[:, 1], profile[:, 0])
    inner = np.zeros_like(outer)
    if wall > 0:
        inner = np.where(middle > profile[0, 1] + wall, np.maximum(outer - wall, 0.0), 0.0)
    masses = density * np.pi * (outer**2 - inner**2) * thick
    mass = float(masses.sum())
    centre = float((masses * middle).sum() / mass)
    about_z = masses * (outer**2 + inner**2) / 2
    across = masses * ((outer**2 + inner**2) / 4 + thick**2 / 12 + (middle - centre) ** 2)
    return _of(mass, centre, np.array([across.sum(), across.sum(), about_z.sum()]))


def _of(mass: float, height: float, inertia: FloatArray) -> MassProperties:
    return MassProperties(
        mass=float(mass),
        center=(0.0, 0.0, float(height)),
        inertia=(float(inertia[0]), float(inertia[1]), float(inertia[2])),
    )
