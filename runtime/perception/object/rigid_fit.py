"""A rigid pose from points that depth has lifted, some of them wrong (A.2.2, object pose estimation)."""

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.geometry import se3
from skillc.runtime.perception.camera.hand_eye import align_points

ITERATIONS = 60
"""ours: with four in ten points wrong, three right ones are drawn with a chance of 1 - 4e-7."""
LEAST_POINTS = 6
"""ours: twice what a pose needs; fewer agree by chance."""


def robust_pose(
    object_m: FloatArray, table_m: FloatArray, inlier_m: float, rng: np.random.Generator
) -> FloatArray | None:
    """Return T_table_object (4, 4) that most point pairs agree on, fitted to all of those (Kabsch within RANSAC).

    Args:
        object_m: (N, 3) points on the object, in its frame.
        table_m: (N, 3) the same points in the table frame; rows with NaN are left out.
        inlier_m: tau_r, largest residual of a pair that agrees.
        rng: draws the triples.

    Returns:
        None where too few points are left, or fewer than half of them agree.
    """
    seen = np.isfinite(table_m).all(axis=1)
    object_m, table_m = object_m[seen], table_m[seen]
    if len(table_m) < LEAST_POINTS:
        return None
    best = np.zeros(len(table_m), dtype=np.bool_)
    for _ in range(ITERATIONS):
        drawn = rng.choice(len(table_m), size=3, replace=False)
        agree = _agreeing(object_m, table_m, drawn, inlier_m)
        if np.count_nonzero(agree) >= LEAST_POINTS:  # three noisy points turn far points away; all that agree do less
            agree = _agreeing(object_m, table_m, np.flatnonzero(agree), inlier_m)
        if np.count_nonzero(agree) > np.count_nonzero(best):
            best = agree
    if np.count_nonzero(best) < max(LEAST_POINTS, 0.5 * len(table_m)):
        return None
    try:
        return align_points(table_m[best], object_m[best]).T_a_b
    except ValueError:  # all on a line: the turn about it is not seen
        return None


def _agreeing(object_m: FloatArray, table_m: FloatArray, drawn: IntArray, inlier_m: float) -> BoolArray:
    """Return which pairs (N,) lie within `inlier_m` of the pose that maps the drawn ones."""
    try:
        T = align_points(table_m[drawn], object_m[drawn]).T_a_b
    except ValueError:
        return np.zeros(len(table_m), dtype=np.bool_)
    return np.asarray(np.linalg.norm(se3.apply(T, object_m) - table_m, axis=1) <= inlier_m)
