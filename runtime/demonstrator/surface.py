"""Triangle meshes of implicit solids by surface nets: one vertex per cell the surface passes through."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.demonstrator.solids import Solid, gradient
from skillc.runtime.formats.arrays import FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """A closed triangle mesh, outward faces counter-clockwise."""

    vertices: FloatArray
    """(V, 3) m."""
    faces: IntArray
    """(F, 3) vertex indices."""

    def normals(self) -> FloatArray:
        """Return (V, 3) area-weighted unit vertex normals."""
        a, b, c = (self.vertices[self.faces[:, i]] for i in range(3))
        face_normals = np.cross(b - a, c - a)
        total = np.zeros_like(self.vertices)
        for i in range(3):
            np.add.at(total, self.faces[:, i], face_normals)
        unit: FloatArray = total / np.maximum(np.linalg.norm(total, axis=-1, keepdims=True), 1e-15)
        return unit


def mesh_solid(solid: Solid, *, low: FloatArray, high: FloatArray, cell: float, rounds: int = 3) -> Mesh:
    """Return the surface of `solid` inside the box low..high (3,), with cells of `cell` metres.

    Vertices are finally moved onto the surface along its gradient `rounds` times, so they lie on it to a few
    micrometres where the distance is exact. The box must enclose the solid; otherwise the mesh is open there.
    """
    axes = [np.arange(low[i] - cell, high[i] + 2 * cell, cell) for i in range(3)]
    shape = tuple(len(a) for a in axes)
    field = _sample(solid, axes, cell)
    inside = field < 0

    edges = []  # (cell-grid index of the lower end, axis, crossing point, lower end is inside)
    for axis in range(3):
        lower = [slice(None)] * 3
        upper = [slice(None)] * 3
        lower[axis], upper[axis] = slice(0, -1), slice(1, None)
        crossing = np.argwhere(inside[tuple(lower)] != inside[tuple(upper)])
        step = np.eye(3, dtype=int)[axis]
        f0, f1 = field[tuple(crossing.T)], field[tuple((crossing + step).T)]
        point = np.array([a[0] for a in axes]) + cell * (crossing + step * (f0 / (f0 - f1))[:, None])
        edges.append((crossing, point, inside[tuple(crossing.T)]))

    total = np.zeros((*shape, 3))
    count = np.zeros(shape)
    quads = []
    for axis, (crossing, point, lower_inside) in enumerate(edges):
        u, v = np.eye(3, dtype=int)[(axis + 1) % 3], np.eye(3, dtype=int)[(axis + 2) % 3]
        around = np.stack([crossing - u - v, crossing - v, crossing, crossing - u], axis=1)
        for k in range(4):
            np.add.at(total, tuple(around[:, k].T), point)
            np.add.at(count, tuple(around[:, k].T), 1)
        around[~lower_inside] = around[~lower_inside][:, ::-1]
        quads.append(around)
    used = count > 0
    index = np.full(shape, -1)
    index[used] = np.arange(int(used.sum()))
    vertices = total[used] / count[used][:, None]
    quad = np.concatenate(quads)
    corner = index[tuple(np.moveaxis(quad, -1, 0))]
    faces = np.concatenate([corner[:, [0, 1, 2]], corner[:, [0, 2, 3]]])
    for _ in range(rounds):
        vertices = vertices - np.clip(solid.distance(vertices), -cell, cell)[:, None] * gradient(solid, vertices)
    return Mesh(vertices=vertices, faces=faces)


def _sample(solid: Solid, axes: list[FloatArray], cell: float) -> FloatArray:
    """Return distances on the grid, exact near the surface; elsewhere those of the nearest of every fourth sample."""
    stride = 4
    coarse_axes = [a[::stride] for a in axes]
    coarse = solid.distance(np.stack(np.meshgrid(*coarse_axes, indexing="ij"), axis=-1).reshape(-1, 3))
    field = coarse.reshape([len(a) for a in coarse_axes])
    for i, a in enumerate(axes):
        field = np.take(field, np.minimum((np.arange(len(a)) + stride // 2) // stride, field.shape[i] - 1), axis=i)
    # 1.5: distances of flattened capsules are overestimates by up to a third
    near = np.argwhere(np.abs(field) < 1.5 * cell * stride)
    points = np.stack([axes[i][near[:, i]] for i in range(3)], axis=-1)
    field[tuple(near.T)] = solid.distance(points)
    return field


def smoothed(mesh: Mesh, rounds: int) -> Mesh:
    """Return the mesh after `rounds` of averaging each vertex with its neighbours (half way), shrinking it a little."""
    edges = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]])
    vertices = mesh.vertices
    for _ in range(rounds):
        total, count = np.zeros_like(vertices), np.zeros(len(vertices))
        for a, b in ((0, 1), (1, 0)):
            np.add.at(total, edges[:, a], vertices[edges[:, b]])
            np.add.at(count, edges[:, a], 1)
        vertices = 0.5 * vertices + 0.5 * total / count[:, None]
    return Mesh(vertices=vertices, faces=mesh.faces)
