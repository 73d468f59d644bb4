"""Farthest-point sampling: points spread as evenly over a surface as their number allows (A.3.1)."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray


def farthest_points(points: FloatArray, count: int, *, first: int = 0) -> IntArray:
    """Return the indices (count,) of points, each the farthest from all those before it.

    Args:
        points: (N, 3).
        count: at most N.
        first: the index begun with.

    Raises:
        ValueError: more points are asked for than there are.
    """
    if not 0 < count <= len(points):
        raise ValueError(f"{count} points cannot be chosen from {len(points)}")
    x = np.ascontiguousarray(points.T, dtype=np.float32)
    chosen = np.empty(count, dtype=np.int64)
    chosen[0] = first
    nearest = np.full(x.shape[1], np.inf, dtype=np.float32)
    for k in range(1, count):
        at = chosen[k - 1]
        away = (x[0] - x[0, at]) ** 2
        away += (x[1] - x[1, at]) ** 2
        away += (x[2] - x[2, at]) ** 2
        np.minimum(nearest, away, out=nearest)
        chosen[k] = nearest.argmax()
    return chosen
