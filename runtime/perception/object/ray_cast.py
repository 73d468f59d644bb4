"""Where viewing rays meet triangles."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray


def cast(origin: FloatArray, directions: FloatArray, vertices: FloatArray, faces: IntArray) -> FloatArray:
    """Return the first point (K, 3) where rays from `origin` (3,) along `directions` (K, 3) meet triangles; else NaN.

    Moeller-Trumbore for all pairs; meant for hundreds of rays against thousands of triangles.
    """
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    edge1, edge2 = b - a, c - a
    p = np.cross(directions[:, None, :], edge2[None])
    det = np.einsum("fj,kfj->kf", edge1, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.where(np.abs(det) > 1e-14, 1.0 / det, np.nan)
    s = origin - a
    u = np.einsum("fj,kfj->kf", s, p) * inverse
    q = np.cross(s, edge1)
    v = np.einsum("kj,fj->kf", directions, q) * inverse
    t = np.einsum("fj,fj->f", edge2, q)[None] * inverse
    hit = (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t > 1e-9)
    distance = np.where(hit, t, np.inf).min(axis=1)
    reached = np.isfinite(distance)
    points: FloatArray = np.full((len(directions), 3), np.nan)
    points[reached] = origin + distance[reached, None] * directions[reached]
    return points
