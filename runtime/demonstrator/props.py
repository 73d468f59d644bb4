"""The things on the table: true shape, look, convex collision parts, mass and friction.

Canonical frame of every prop: z up, lowest point at z = 0, origin on the axis (runtime/formats/twin.py).
"""

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
import trimesh

from skillc.runtime.demonstrator.solids import Box, Ellipsoids, PlacedSolid, Revolve, Solid, Union
from skillc.runtime.demonstrator.surface import Mesh, mesh_solid
from skillc.runtime.formats.arrays import FloatArray, Image, IntArray
from skillc.runtime.formats.scene import Role


@dataclass(frozen=True, kw_only=True)
class Visual:
    """One drawn mesh of one look."""

    mesh: Mesh
    uv: FloatArray | None = None
    """(U, 2) texture coordinates, v upwards."""
    uv_faces: IntArray | None = None
    """(F, 3) indices into `uv`."""
    picture: Image | None = None
    rgb: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Colour, multiplied with the picture."""
    shine: float = 0.2
    """Specular strength 0..1."""


@dataclass(frozen=True, kw_only=True)
class Prop:
    """One thing."""

    name: str
    """As the example spec calls it."""
    role: Role
    solid: Solid
    """The true surface that is touched."""
    visuals: tuple[Visual, ...]
    parts: tuple[Mesh, ...]
    """Convex pieces of the true shape."""
    size_m: tuple[float, float, float]
    """Full extents."""
    mass: float
    """kg."""
    friction: float
    """Sliding coefficient against the table and the hand."""
    restitution: float
    material: str
    symmetry: Literal["none", "z", "unknown"]
    contents: tuple[Visual, ...] = ()
    """Drawn in it, object frame; no part of its true shape."""

    def surface_points(self) -> FloatArray:
        """Return all drawn vertices (N, 3), object frame."""
        return np.concatenate([v.mesh.vertices for v in self.visuals])


def convex_hull(points: FloatArray) -> Mesh:
    """Return the hull of points (N, 3)."""
    hull = trimesh.convex.convex_hull(points)
    return Mesh(vertices=np.asarray(hull.vertices, dtype=np.float64), faces=np.asarray(hull.faces, dtype=np.int64))


def turned(outline: FloatArray, *, columns: int = 72, wobble: float = 0.0) -> tuple[Mesh, FloatArray, IntArray]:
    """Turn a (r, z) line (N, 2), bottom to top, about z; return mesh, texture coordinates (u around, v along), faces.

    `wobble` deepens a groove on one side, as a peach has.
    """
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(outline, axis=0), axis=1))])
    groove = 1 - wobble * np.exp(-0.5 * (np.minimum(angle, 2 * np.pi - angle) / 0.16) ** 2)
    r = outline[:, :1] * groove
    vertices = np.stack([r * np.cos(angle), r * np.sin(angle), np.repeat(outline[:, 1:], columns, axis=1)], axis=-1)
    n = len(outline)
    u, v = np.meshgrid(np.linspace(0, 1, columns + 1), length / length[-1])
    i, j = np.meshgrid(np.arange(n - 1), np.arange(columns), indexing="ij")
    row, column = i.ravel(), j.ravel()

    def grid(stride: int, wrap: bool) -> IntArray:
        right = (column + 1) % columns if wrap else column + 1
        below, above = row * stride, (row + 1) * stride
        a, b, c, d = below + column, below + right, above + right, above + column
        return np.concatenate([np.stack([a, b, c], axis=-1), np.stack([a, c, d], axis=-1)])

    mesh = Mesh(vertices=vertices.reshape(-1, 3), faces=grid(columns, True))
    return mesh, np.stack([u.ravel(), v.ravel()], axis=-1), grid(columns + 1, False)


def textured_box(
    size: tuple[float, float, float], center: tuple[float, float, float]
) -> tuple[Mesh, FloatArray, IntArray]:
    """Return a box with the whole picture on each face (u to the right, v up, seen from outside)."""
    half = np.array(size) / 2
    vertices: list[FloatArray] = []
    faces: list[list[int]] = []
    uv: list[list[float]] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = np.eye(3)[axis] * sign
            up = np.array([0.0, 0.0, 1.0]) if axis < 2 else np.array([0.0, 1.0, 0.0])
            right = np.cross(up, normal)
            start = len(vertices)
            steps = np.linspace(-1, 1, 9)
            for b in steps:
                for a in steps:
                    vertices.append((normal + right * a + up * b) * half + np.array(center))
                    uv.append([(a + 1) / 2, (b + 1) / 2])
            for row in range(8):
                for column in range(8):
                    k = start + row * 9 + column
                    faces += [[k, k + 1, k + 10], [k, k + 10, k + 9]]
    mesh = Mesh(vertices=np.array(vertices), faces=np.array(faces))
    return mesh, np.array(uv), mesh.faces


def thickened(outer: FloatArray, wall: float) -> FloatArray:
    """Return the closed outline of a shell open at the top from its outer line (N, 2), bottom to rim."""
    inner = outer.copy()
    inner[:, 0] = np.maximum(outer[:, 0] - wall, 0.0)
    inner[:, 1] = np.minimum(outer[:, 1] + wall, outer[-1, 1])
    rim = (outer[-1] + inner[-1]) / 2 + [0.0, wall * 0.35]
    return np.concatenate([outer, [rim], inner[::-1]])


def shell_parts(outer: FloatArray, wall: float, *, sectors: int = 16) -> tuple[Mesh, ...]:
    """Return convex wedges of a turned shell: a floor and `sectors` pieces per band of its outer line (N, 2)."""
    line = outer[outer[:, 0] > wall]
    line = line[np.unique(np.round(np.linspace(0, len(line) - 1, 5)).astype(int))]
    floor_r, floor_z = float(line[0, 0]), float(line[0, 1])
    angle = np.linspace(0, 2 * np.pi, sectors, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    floor = [np.concatenate([ring * floor_r, np.full((sectors, 1), z)], axis=1) for z in (floor_z, floor_z + wall)]
    parts = [convex_hull(np.concatenate(floor))]
    for lower, upper in itertools.pairwise(line):
        for k in range(sectors):
            two = np.stack([ring[k], ring[(k + 1) % sectors]])
            corners = []
            for r, z in (lower, upper):
                for radius, height in ((r, z), (max(r - wall, 0.0), z + wall)):
                    corners.append(np.concatenate([two * radius, np.full((2, 1), height)], axis=1))
            parts.append(convex_hull(np.concatenate(corners)))
    return tuple(parts)


def turned_prop_visual(
    outline: FloatArray, picture: Image | None, rgb: tuple[float, float, float], shine: float, wobble: float = 0.0
) -> Visual:
    """Return a turned mesh with a picture wrapped around it."""
    mesh, uv, uv_faces = turned(outline, wobble=wobble)
    return Visual(mesh=mesh, uv=uv, uv_faces=uv_faces, picture=picture, rgb=rgb, shine=shine)


def revolve_of(outline: FloatArray) -> Revolve:
    """Return the solid of a closed (r, z) outline (N, 2)."""
    return Revolve(outline=tuple((float(r), float(z)) for r, z in outline))


def open_box_solid(size: tuple[float, float, float], wall: float, draft: float) -> Union:
    """Return a tray of outer rim extents `size`: a floor and four walls leaning outwards by `draft` rad."""
    sx, sy, sz = size
    lean = sz * np.tan(draft)
    floor = Box(center=(0, 0, wall / 2), size=(sx - 2 * lean, sy - 2 * lean, wall), radius=wall * 0.3)
    walls: list[Solid] = [floor]
    for axis, sign in ((0, -1.0), (0, 1.0), (1, -1.0), (1, 1.0)):
        across = (sy if axis == 0 else sx) - 0.6 * lean
        tall = sz / np.cos(draft)
        shape = (wall, across, tall) if axis == 0 else (across, wall, tall)
        board = Box(center=(0, 0, tall / 2), size=shape, radius=wall * 0.35)
        T = np.eye(4)
        c, s = np.cos(draft), np.sin(draft) * sign
        T[:3, :3] = [[c, 0, s], [0, 1, 0], [-s, 0, c]] if axis == 0 else [[1, 0, 0], [0, c, s], [0, -s, c]]
        T[axis, 3] = sign * ((size[axis] - wall) / 2 - lean)
        walls.append(PlacedSolid(solid=board, T_frame_solid=T))
    return Union(parts=tuple(walls))


def open_box_parts(solid: Union) -> tuple[Mesh, ...]:
    """Return the floor and walls of `open_box_solid` as hulls of their corners."""
    parts = []
    for piece in solid.parts:
        box, T = (piece.solid, piece.T_frame_solid) if isinstance(piece, PlacedSolid) else (piece, np.eye(4))
        assert isinstance(box, Box)
        signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]) / 2
        corners = signs * np.array(box.size) + np.array(box.center)
        parts.append(convex_hull(corners @ T[:3, :3].T + T[:3, 3]))
    return tuple(parts)


def ellipsoid_parts(solid: Ellipsoids) -> tuple[Mesh, ...]:
    """Return each ellipsoid of a union as a hull of its surface."""
    ball = trimesh.creation.icosphere(subdivisions=2).vertices
    return tuple(convex_hull(ball * np.array(r) + np.array(c)) for c, r in zip(solid.centers, solid.radii, strict=True))


def meshed(solid: Solid, points: FloatArray, cell: float) -> Mesh:
    """Return the surface of `solid` inside the bounds of `points` (N, 3), widened a little."""
    return mesh_solid(solid, low=points.min(axis=0) - 0.01, high=points.max(axis=0) + 0.01, cell=cell)
