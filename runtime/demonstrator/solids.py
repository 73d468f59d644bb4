"""Implicit solids: signed distance (m, negative inside) of points in the solid's own frame.

The demonstrator's hand and objects are defined by these functions alone; meshes, contact and clearance all derive
from them, so what is drawn and what is touched is the same surface.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np

from skillc.runtime.formats.arrays import FloatArray

FAR = 0.03
"""m; a union of capsules is exact below this distance and reports it beyond."""


class Solid(Protocol):
    """Anything with a signed distance."""

    def distance(self, points: FloatArray) -> FloatArray:
        """Return (N,) metres for points (N, 3), negative inside."""
        ...


def smooth_min(a: FloatArray, b: FloatArray, blend: float) -> FloatArray:
    """Return a minimum whose crease is rounded over `blend` (quadratic; exact where |a - b| >= blend)."""
    overlap = np.maximum(blend - np.abs(a - b), 0.0) / blend
    joined: FloatArray = np.minimum(a, b) - overlap**2 * blend / 4
    return joined


def gradient(solid: Solid, points: FloatArray, step: float = 2e-4) -> FloatArray:
    """Return unit outward directions (N, 3) of `solid` by central differences over `step` metres."""
    shifts = np.eye(3) * step
    difference = np.stack([solid.distance(points + s) - solid.distance(points - s) for s in shifts], axis=-1)
    unit: FloatArray = difference / np.maximum(np.linalg.norm(difference, axis=-1, keepdims=True), 1e-12)
    return unit


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box with rounded edges, centred at `center`."""

    center: tuple[float, float, float]
    size: tuple[float, float, float]
    """Full extents, m."""
    radius: float = 0.0
    """Edge rounding, m."""

    def distance(self, points: FloatArray) -> FloatArray:
        """See `Solid`."""
        q = np.abs(points - np.array(self.center)) - (np.array(self.size) / 2 - self.radius)
        outside = np.linalg.norm(np.maximum(q, 0.0), axis=-1)
        inside = np.minimum(q.max(axis=-1), 0.0)
        signed: FloatArray = outside + inside - self.radius
        return signed


@dataclass(frozen=True, kw_only=True)
class Revolve:
    """A closed outline in the (radius, z) half plane turned about the z axis.

    Distances are read from a table with `CELL` spacing that reaches `REACH` beyond the outline (bilinear, within
    0.05 mm of the exact ones); further away the distance to the table's edge is added.
    """

    outline: tuple[tuple[float, float], ...]
    """Polygon corners (r, z) in metres, counter-clockwise or clockwise, not repeated at the end."""

    CELL: ClassVar[float] = 0.0005
    REACH: ClassVar[float] = 0.04

    @cached_property
    def _table(self) -> tuple[float, FloatArray]:
        corners = np.array(self.outline)
        bottom = float(corners[:, 1].min()) - self.REACH
        r = np.arange(0.0, float(corners[:, 0].max()) + self.REACH, self.CELL)
        z = np.arange(bottom, float(corners[:, 1].max()) + self.REACH, self.CELL)
        grid = np.stack(np.meshgrid(r, z, indexing="ij"), axis=-1)
        return bottom, self.exact_distance(grid.reshape(-1, 2)).reshape(len(r), len(z))

    def distance(self, points: FloatArray) -> FloatArray:
        """See `Solid`."""
        bottom, table = self._table
        rz = np.stack([np.hypot(points[:, 0], points[:, 1]), points[:, 2] - bottom], axis=-1) / self.CELL
        kept = np.clip(rz, 0.0, np.array(table.shape) - 1.001)
        i = kept.astype(np.int64)
        u, v = (kept - i).T
        a, b = i.T
        inside = (table[a, b] * (1 - u) + table[a + 1, b] * u) * (1 - v)
        inside = inside + (table[a, b + 1] * (1 - u) + table[a + 1, b + 1] * u) * v
        signed: FloatArray = inside + np.linalg.norm(rz - kept, axis=-1) * self.CELL
        return signed

    def exact_distance(self, p: FloatArray) -> FloatArray:
        """Return (N,) signed distances of points (N, 2) in the (r, z) half plane."""
        start = np.array(self.outline)
        end = np.roll(start, -1, axis=0)
        squared = np.full(len(p), np.inf)
        inside = np.zeros(len(p), dtype=bool)
        for a, b in zip(start, end, strict=True):
            edge, offset = b - a, p - a
            if a[0] > 0 or b[0] > 0:  # an edge on the axis bounds the polygon, not the solid
                along = np.clip((offset @ edge) / max(float(edge @ edge), 1e-18), 0.0, 1.0)
                rest = offset - along[:, None] * edge
                squared = np.minimum(squared, rest[:, 0] ** 2 + rest[:, 1] ** 2)
            crosses = (a[1] > p[:, 1]) != (b[1] > p[:, 1])
            height = b[1] - a[1] if b[1] != a[1] else 1.0
            inside ^= crosses & (p[:, 0] < edge[0] * offset[:, 1] / height + a[0])
        signed: FloatArray = np.sqrt(squared) * np.where(inside, -1.0, 1.0)
        return signed


@dataclass(frozen=True, kw_only=True)
class Ellipsoids:
    """A smooth union of axis-aligned ellipsoids; the distance is first-order exact near the surface."""

    centers: tuple[tuple[float, float, float], ...]
    radii: tuple[tuple[float, float, float], ...]
    blend: float
    """Width of the rounded seams, m."""

    def distance(self, points: FloatArray) -> FloatArray:
        """See `Solid`."""
        joined = np.full(len(points), 1.0)
        for center, radius in zip(self.centers, self.radii, strict=True):
            r = np.array(radius)
            scaled = (points - np.array(center)) / r
            k0 = np.linalg.norm(scaled, axis=-1)
            k1 = np.maximum(np.linalg.norm(scaled / r, axis=-1), 1e-9)
            joined = smooth_min(joined, k0 * (k0 - 1.0) / k1, self.blend)
        return joined


@dataclass(frozen=True, kw_only=True)
class RoundCones:
    """A smooth union of capsules whose radius changes linearly from one end to the other."""

    starts: FloatArray
    """(M, 3) m."""
    ends: FloatArray
    """(M, 3) m."""
    radii: FloatArray
    """(M, 2) m at start and end."""
    flatten: FloatArray
    """(M, 3) per axis scale of the cross section about the capsule's axis point; 1 is round."""
    groups: tuple[int, ...]
    """(M,) capsules of one group are joined over `blend`, the groups over `group_blend`."""
    blend: float
    group_blend: float

    def distance(self, points: FloatArray) -> FloatArray:
        """See `Solid`."""
        joined = np.full(len(points), FAR)
        for group in sorted(set(self.groups)):
            part = np.full(len(points), FAR)
            for i in (i for i, g in enumerate(self.groups) if g == group):
                reach = max(self.radii[i]) + FAR
                low = np.minimum(self.starts[i], self.ends[i]) - reach
                high = np.maximum(self.starts[i], self.ends[i]) + reach
                near = np.flatnonzero(((points > low) & (points < high)).all(axis=1))
                part[near] = smooth_min(part[near], self.capsule_distance(i, points[near]), self.blend)
            joined = smooth_min(joined, part, self.group_blend)
        return joined

    def capsule_distance(self, i: int, points: FloatArray) -> FloatArray:
        """Return (N,) distances to capsule `i` alone."""
        axis = self.ends[i] - self.starts[i]
        along = np.clip((points - self.starts[i]) @ axis / max(float(axis @ axis), 1e-12), 0.0, 1.0)
        offset = (points - self.starts[i] - along[:, None] * axis) / self.flatten[i]
        radius = self.radii[i, 0] + along * (self.radii[i, 1] - self.radii[i, 0])
        signed: FloatArray = np.linalg.norm(offset, axis=-1) - radius
        return signed


@dataclass(frozen=True, kw_only=True)
class Union:
    """The plain union of solids."""

    parts: tuple[Solid, ...]

    def distance(self, points: FloatArray) -> FloatArray:
        """See `Solid`."""
        nearest: FloatArray = np.min([part.distance(points) for part in self.parts], axis=0)
        return nearest


@dataclass(frozen=True, kw_only=True)
class PlacedSolid:
    """A solid carried to another frame."""

    solid: Solid
    T_frame_solid: FloatArray
    """(4, 4)."""

    def distance(self, points: FloatArray) -> FloatArray:
        """See `Solid`."""
        R, p = self.T_frame_solid[:3, :3], self.T_frame_solid[:3, 3]
        return self.solid.distance((points - p) @ R)
