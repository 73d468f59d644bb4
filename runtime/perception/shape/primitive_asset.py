"""A primitive somebody states for an object: which solid is fitted, and what of its size is known beforehand.

A length stands for itself; a range is where the length lies to two standard deviations, and the outline decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.twin import ShapeKind
from skillc.runtime.perception.shape.capsule import capsule_lengths
from skillc.runtime.perception.shape.carved_hull import convex_mesh
from skillc.runtime.perception.shape.mesh_asset import MeshAsset
from skillc.runtime.perception.shape.solids import Family, Prior

Length = float | tuple[float, float] | None
"""m: a length, a range from lowest to highest, or nothing known."""

HELD_SIGMA = 0.0005
"""ours: relative; no outline pulls against this."""
RINGS = 12
"""Rings of points on each round end of a capsule: 0.1 mm from round at 4 cm."""


@dataclass(frozen=True, kw_only=True)
class Primitive:
    """What a spec's primitive is to the twin: a solid with known extents, or a body of its own."""

    kind: ShapeKind | None
    extents: tuple[Length, Length, Length] = (None, None, None)
    """Along x, y, z."""
    asset: MeshAsset | None = None


def primitive(name: str, lengths: Mapping[str, Length], size: tuple[Length, Length, Length] | None) -> Primitive:
    """Return the primitive `name`.

    Args:
        name: sphere, cylinder, box or capsule; a capsule stands upright.
        lengths: `radius` and `height`, where stated; a capsule's height is all of it.
        size: a box's extents, where stated.

    Raises:
        ValueError: a capsule without both lengths, or lower than it is wide.
    """
    radius, height = lengths.get("radius"), lengths.get("height")
    width = None if radius is None else (2 * radius[0], 2 * radius[1]) if isinstance(radius, tuple) else 2 * radius
    if name == "sphere":
        return Primitive(kind="sphere", extents=(width, width, width))
    if name == "cylinder":
        return Primitive(kind="cylinder", extents=(width, width, height))
    if name == "box":
        return Primitive(kind="box", extents=size or (None, None, None))
    return Primitive(kind=None, asset=_capsule(*capsule_lengths(radius, height)))


def known(family: Family, extents: tuple[Length, Length, Length]) -> Family:
    """Return the family with what is known of its extents as beliefs beside its own; in place of them if all are."""
    # Round things have one width: said twice, it would count twice.
    axes = (0,) if family.kind == "sphere" else (0, 2) if family.symmetric else (0, 1, 2)
    beliefs = [_belief(family, axis, extent) for axis in axes if (extent := extents[axis]) is not None]
    own = () if len(beliefs) == len(axes) else family.priors
    return replace(family, priors=(*own, *beliefs))


def _belief(family: Family, axis: int, extent: float | tuple[float, float]) -> Prior:
    low, high = extent if isinstance(extent, tuple) else (extent, extent)
    sigma = max(float(np.log(high / low)) / 4, HELD_SIGMA)
    return Prior(ratio=lambda p: float(family.size(p)[axis]), mean=float(np.sqrt(low * high)), sigma=sigma)


def _capsule(radius: float, height: float) -> MeshAsset:
    polar, around = np.linspace(0, np.pi / 2, RINGS), np.linspace(0, 2 * np.pi, 4 * RINGS, endpoint=False)
    ring = np.stack([np.cos(around), np.sin(around)], axis=1)
    points = []
    for end, sign in ((height - radius, 1.0), (radius, -1.0)):
        for angle in polar[:-1]:
            level = np.full(len(ring), end + sign * radius * np.sin(angle))
            points.append(np.column_stack([ring * radius * np.cos(angle), level]))
        points.append(np.array([[0.0, 0.0, end + sign * radius]]))
    mesh = convex_mesh(np.concatenate(points))
    return MeshAsset(mesh=mesh, parts=(mesh,), solid=True, warnings=(), fallback="")
