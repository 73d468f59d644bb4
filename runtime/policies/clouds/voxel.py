"""Voxel down-sampling: one point per occupied cell, so that a near object is not denser than a far one (A.3.1)."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray


def one_per_voxel(points: FloatArray, voxel_m: float) -> FloatArray:
    """Return the mean (V, 3) of the points (N, 3) in each occupied cell of a grid through the origin.

    Cells are ordered by x, then y, then z.
    """
    if not voxel_m > 0.0:
        raise ValueError(f"a voxel of {voxel_m} m holds nothing")
    if not len(points):
        return np.zeros((0, 3))
    cell = np.floor(points / voxel_m).astype(np.int64)
    cell -= cell.min(axis=0)
    size = cell.max(axis=0) + 1
    key = (cell[:, 0] * size[1] + cell[:, 1]) * size[2] + cell[:, 2]
    _, at, count = np.unique(key, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(at, points[:, axis]) for axis in range(3)], axis=1)
    return np.asarray(sums / count[:, None])
