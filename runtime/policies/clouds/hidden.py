"""Hidden-point removal: which points of a cloud a camera sees, without a surface between them (A.3.1).

Points are reflected at a sphere around the eye, so that nearer ones end up farther out; those on the convex hull of the
reflected points and the eye are seen (Katz, Tal and Basri, "Direct visibility of point sets", 2007).
"""

import numpy as np
from scipy.spatial import ConvexHull

from skillc.runtime.formats.arrays import FloatArray, IntArray

RADIUS = 100.0
"""ours: radius of the sphere over the farthest point's distance. The paper prints none; a point is hidden 2 mm behind
others that are 1 cm apart and 80 cm away, and a bowl's inner wall is still seen."""


def visible(points: FloatArray, eye: FloatArray) -> IntArray:
    """Return the ascending indices of the points (N, 3) that are seen from `eye` (3,), same frame; fewer than four all.

    Raises:
        ValueError: a point lies at the eye.
    """
    if len(points) < 4:
        return np.arange(len(points))
    ray = points - eye
    distance = np.linalg.norm(ray, axis=1, keepdims=True)
    if not distance.min() > 0.0:
        raise ValueError("a point lies at the eye")
    reflected = ray * (2.0 * RADIUS * distance.max() / distance - 1.0)
    hull = ConvexHull(np.concatenate([reflected, np.zeros((1, 3))])).vertices
    return np.sort(hull[hull < len(points)]).astype(np.int64)
