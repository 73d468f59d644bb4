"""An object's surface as grasping sees it: sampled points with outward normals, and distances, in the object frame.

Both are read from the compiled collision geoms, so a grasp is planned on the very shape that is simulated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
from scipy.spatial import ConvexHull, cKDTree

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.geometry import se3

_T = mujoco.mjtGeom


@dataclass(frozen=True, kw_only=True)
class Part:
    """One convex collision geom in the object frame."""

    kind: int
    """mjtGeom."""
    size: FloatArray
    """(3,) MuJoCo half sizes."""
    T_object_part: FloatArray
    """(4, 4)."""
    planes: FloatArray
    """(F, 4) outward unit normals and offsets (n . x + d <= 0 inside) of a mesh's hull; (0, 4) otherwise."""
    triangles: FloatArray
    """(F, 3, 3) of a mesh's hull in the part frame; (0, 3, 3) otherwise."""


@dataclass(frozen=True, kw_only=True)
class Surface:
    """Sampled outer surface of one object."""

    points: FloatArray
    """(M, 3) m, object frame."""
    normals: FloatArray
    """(M, 3) outward."""
    parts: tuple[Part, ...]
    low: FloatArray
    """(3,) smallest coordinates."""
    high: FloatArray
    """(3,) largest coordinates."""

    @property
    def height(self) -> float:
        """Vertical extent, m."""
        return float(self.high[2] - self.low[2])

    def distance(self, points: FloatArray) -> FloatArray:
        """Return signed distances (N,), negative inside; near edges outside it may read too short, never too long."""
        return np.asarray(np.min([part_distance(part, points) for part in self.parts], axis=0))

    def subset(self, keep: BoolArray) -> "Surface":
        """Return the same object with only some of its sampled points."""
        return Surface(
            points=self.points[keep], normals=self.normals[keep], parts=self.parts, low=self.low, high=self.high
        )


def object_surface(model: mujoco.MjModel, geoms: Sequence[int], *, count: int, rng: np.random.Generator) -> Surface:
    """Sample about `count` points evenly on the union of `geoms`, which all belong to one body."""
    parts = tuple(_part(model, g) for g in geoms)
    areas = np.array([_area(part) for part in parts])
    points, normals = [], []
    for k, part in enumerate(parts):
        share = max(int(np.ceil(count * areas[k] / areas.sum())), 1)
        local, outward = _sample(part, share, rng)
        p = se3.apply(part.T_object_part, local)
        n = outward @ part.T_object_part[:3, :3].T
        outside = np.ones(len(p), dtype=np.bool_)
        for other, rest in enumerate(parts):
            if other != k:
                outside &= part_distance(rest, p) > -1e-5
        points.append(p[outside])
        normals.append(n[outside])
    p, n = np.concatenate(points), np.concatenate(normals)
    return Surface(points=p, normals=n, parts=parts, low=p.min(axis=0), high=p.max(axis=0))


def part_distance(part: Part, points: FloatArray) -> FloatArray:
    """Return signed distances (N,) of points (object frame) to one convex part."""
    T = part.T_object_part
    x = (points - T[:3, 3]) @ T[:3, :3]
    s = part.size
    if part.kind == _T.mjGEOM_SPHERE:
        return np.asarray(np.linalg.norm(x, axis=1) - float(s[0]))
    if part.kind == _T.mjGEOM_ELLIPSOID:
        scaled, gradient = np.linalg.norm(x / s, axis=1), np.linalg.norm(x / s**2, axis=1)
        near = scaled * (scaled - 1.0) / np.maximum(gradient, 1e-9)
        return np.where(scaled < 0.2, -float(s.min()), near)
    if part.kind == _T.mjGEOM_CAPSULE:
        along = np.clip(x[:, 2], -s[1], s[1])
        return np.asarray(np.linalg.norm(x - np.stack([0 * along, 0 * along, along], axis=1), axis=1) - float(s[0]))
    if part.kind == _T.mjGEOM_CYLINDER:
        d = np.stack([np.hypot(x[:, 0], x[:, 1]) - s[0], np.abs(x[:, 2]) - s[1]], axis=1)
        return np.asarray(np.linalg.norm(np.maximum(d, 0.0), axis=1) + np.minimum(d.max(axis=1), 0.0))
    if part.kind == _T.mjGEOM_BOX:
        d = np.abs(x) - s
        return np.asarray(np.linalg.norm(np.maximum(d, 0.0), axis=1) + np.minimum(d.max(axis=1), 0.0))
    return np.asarray(np.max(x @ part.planes[:, :3].T + part.planes[:, 3], axis=1))


def continuous(surface: Surface, *, radius_m: float, neighbours: int) -> BoolArray:
    """Mark points with `neighbours` others within `radius_m` whose normals agree (continuity filter, A.2.2)."""
    tree = cKDTree(np.concatenate([surface.points, radius_m * surface.normals], axis=1))
    found = tree.query_ball_point(tree.data, radius_m, return_length=True)
    return np.asarray(found) - 1 >= neighbours


def away_from_edges(surface: Surface, *, radius_m: float, cosine: float) -> BoolArray:
    """Mark points around which, within `radius_m`, no normal turns by more than `cosine` allows (ours).

    A fingertip is wider than an edge: a contact planned beside one slips over it.
    """
    tree = cKDTree(surface.points)
    pairs = tree.query_pairs(radius_m, output_type="ndarray")
    turned = np.sum(surface.normals[pairs[:, 0]] * surface.normals[pairs[:, 1]], axis=1) < cosine
    near = np.zeros(len(surface.points), dtype=np.bool_)
    near[pairs[turned].ravel()] = True
    return ~near


def above_band(surface: Surface, *, band: float, band_max_m: float) -> BoolArray:
    """Mark points above the band (share of the height, at most `band_max_m`) over the lowest point (A.2.2)."""
    limit = surface.low[2] + min(band * surface.height, band_max_m)
    return np.asarray(surface.points[:, 2] >= limit)


def _part(model: mujoco.MjModel, geom: int) -> Part:
    T = se3.from_quat_wxyz(model.geom_quat[geom], model.geom_pos[geom])
    kind, size = int(model.geom_type[geom]), np.array(model.geom_size[geom])
    planes, triangles = np.zeros((0, 4)), np.zeros((0, 3, 3))
    if kind == _T.mjGEOM_MESH:
        mesh = int(model.geom_dataid[geom])
        first, count = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
        vertices = np.array(model.mesh_vert[first : first + count], dtype=np.float64)
        hull = ConvexHull(vertices)
        planes, triangles = np.array(hull.equations), vertices[hull.simplices]
        turned = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
        flip = np.sum(turned * planes[:, :3], axis=1) < 0
        triangles[flip] = triangles[flip][:, ::-1]
    return Part(kind=kind, size=size, T_object_part=T, planes=planes, triangles=triangles)


def _area(part: Part) -> float:
    a, b, c = part.size
    if part.kind == _T.mjGEOM_SPHERE:
        return float(4 * np.pi * a**2)
    if part.kind == _T.mjGEOM_ELLIPSOID:
        p = 1.6075  # Thomsen's exponent: within 1 % of the true area, and only shares depend on it.
        return float(4 * np.pi * (((a * b) ** p + (a * c) ** p + (b * c) ** p) / 3) ** (1 / p))
    if part.kind == _T.mjGEOM_CAPSULE:
        return float(4 * np.pi * a * (a + b))
    if part.kind == _T.mjGEOM_CYLINDER:
        return float(2 * np.pi * a * (a + 2 * b))
    if part.kind == _T.mjGEOM_BOX:
        return float(8 * (a * b + a * c + b * c))
    t = part.triangles
    return float(0.5 * np.linalg.norm(np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]), axis=1).sum())


def _sample(part: Part, count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return points and outward normals in the part frame."""
    s = part.size
    if part.kind in (_T.mjGEOM_SPHERE, _T.mjGEOM_ELLIPSOID):
        radii = np.full(3, s[0]) if part.kind == _T.mjGEOM_SPHERE else s
        unit = _sphere(4 * count, rng)
        weight = np.linalg.norm(unit / radii, axis=1)  # area element of the stretched sphere
        keep = rng.random(len(unit)) * weight.max() < weight
        unit = unit[keep][:count]
        normal = unit / radii
        return unit * radii, normal / np.linalg.norm(normal, axis=1, keepdims=True)
    if part.kind == _T.mjGEOM_BOX:
        faces = np.repeat(np.array([s[1] * s[2], s[0] * s[2], s[0] * s[1]]), 2)
        face = rng.choice(6, size=count, p=faces / faces.sum())
        local, normal = rng.uniform(-1, 1, size=(count, 3)) * s, np.zeros((count, 3))
        sign = np.where(face % 2 == 0, 1.0, -1.0)
        rows = np.arange(count)
        normal[rows, face // 2] = sign
        local[rows, face // 2] = sign * s[face // 2]
        return local, normal
    if part.kind in (_T.mjGEOM_CYLINDER, _T.mjGEOM_CAPSULE):
        angle = rng.uniform(0, 2 * np.pi, count)
        ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(count)], axis=1)
        side = rng.random(count) < 2 * s[1] / (2 * s[1] + s[0] * (1 if part.kind == _T.mjGEOM_CYLINDER else 2))
        local = ring * s[0] + np.array([0, 0, 1.0]) * rng.uniform(-s[1], s[1], count)[:, None]
        normal = ring.copy()
        if part.kind == _T.mjGEOM_CYLINDER:
            up = np.where(rng.random(count) < 0.5, 1.0, -1.0)
            disc = ring * s[0] * np.sqrt(rng.random(count))[:, None] + np.array([0, 0, s[1]]) * up[:, None]
            local = np.where(side[:, None], local, disc)
            normal = np.where(side[:, None], normal, np.array([0, 0, 1.0]) * up[:, None])
        else:
            unit = _sphere(count, rng)
            cap = unit * s[0] + np.array([0, 0, s[1]]) * np.sign(unit[:, 2:])
            local, normal = np.where(side[:, None], local, cap), np.where(side[:, None], normal, unit)
        return local, normal
    t = part.triangles
    cross = np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0])
    area = np.linalg.norm(cross, axis=1)
    pick = rng.choice(len(t), size=count, p=area / area.sum())
    u, v = np.sqrt(rng.random(count)), rng.random(count)
    weights = np.stack([1 - u, u * (1 - v), u * v], axis=1)
    return np.einsum("ni,nij->nj", weights, t[pick]), cross[pick] / area[pick, None]


def _sphere(count: int, rng: np.random.Generator) -> FloatArray:
    x = rng.normal(size=(count, 3))
    unit: FloatArray = x / np.linalg.norm(x, axis=1, keepdims=True)
    return unit
