"""What stands on the table: points above it that are not the robot's, and the heaps that they form."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import Twin
from skillc.runtime.sight.robot_region import RobotRegion
from skillc.runtime.sight.sighting import ABOVE_M, Sighting

TALLEST_M = 0.5
APART_M = 0.016
"""ours: things nearer to each other than this are one heap, two pixels of a far thing as well."""
LEAST_POINTS = 20
"""ours: of a heap; fewer are specks."""


def above_table(sighting: Sighting, robot: RobotRegion, q: FloatArray, twin: Twin) -> FloatArray:
    """Return the points (N, 3), table frame, of what is on the table besides a robot at q (n,) rad."""
    points = sighting.points
    away = np.abs(points[:, :2] - np.asarray(twin.table_center_m)) - np.asarray(twin.table_half_size_m)
    kept = points[(points[:, 2] > ABOVE_M) & (points[:, 2] < TALLEST_M) & np.all(away < 0.0, axis=1)]
    return np.asarray(kept[~robot.holds(kept, q)])


def heaps(points: FloatArray) -> tuple[FloatArray, ...]:
    """Return the heaps that points (N, 3) form, largest first."""
    if len(points) < LEAST_POINTS:
        return ()
    pairs = cKDTree(points).query_pairs(APART_M, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    _, label = connected_components(graph, directed=False)
    sizes = np.bincount(label)
    order = [k for k in np.argsort(-sizes, kind="stable") if sizes[k] >= LEAST_POINTS]
    return tuple(points[label == k] for k in order)
