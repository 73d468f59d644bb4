"""Boxes that stand for a point cloud of what no twin knows: every point lies in one, lone pixels excepted.

A cloud shows the upper sides of things. What is under a point may be anything, so each cell of a grid on the table is
filled up to its highest point; neighbours of about one height become one box.
"""

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.planning.arrangement import box_obstacle, standing_at

CELL_M = 0.02
"""ours: four pixels of a depth camera at a metre; a finger passes between things that are farther apart."""
LEAST_HEIGHT_M = 0.01
"""ours: lower points are the table, as far as a depth camera can tell."""
LEAST_POINTS = 3
"""ours: of a cell; fewer are flying pixels at an edge."""
SAME_HEIGHT_M = 0.03
"""ours: cells that differ by less become one box."""
KNOWN_M = 0.02
"""ours: points so near to a thing that the twin knows belong to it: its size and place are known to about this."""
MOST_POINTS = 2_000_000
"""ours: two depth pictures; more is no cloud of a table."""


def cloud_boxes(points_table: FloatArray, twin: Twin) -> tuple[TwinObject, ...]:
    """Return boxes around what stands on the table beyond the things of the twin.

    Args:
        points_table: (N, 3) m, table frame; the robot's own points are left out by whoever gives it. Points that are
            not finite are ignored.
        twin: its things as they stand now.

    Raises:
        ValueError: it is no array of points, or too many.
    """
    points = np.asarray(points_table, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) > MOST_POINTS:
        raise ValueError(f"a cloud is (N, 3) with at most {MOST_POINTS} points, not {points.shape}")
    unknown = points[np.isfinite(points).all(axis=1) & (points[:, 2] > LEAST_HEIGHT_M)] if len(points) else points
    middle, half = np.array(twin.table_center_m), np.array(twin.table_half_size_m)
    unknown = unknown[np.all(np.abs(unknown[:, :2] - middle) <= half, axis=1)]
    for thing in twin.objects:
        unknown = unknown[~_belongs(unknown, thing)]
    heights = _heights(unknown, middle - half, 2 * half)
    boxes = []
    for k, (at, size) in enumerate(_merged(heights)):
        x, y = (middle - half + at).tolist()
        boxes.append(box_obstacle(f"seen_{k + 1}", standing_at(np.eye(4), x, y, 0.0), size))
    return tuple(boxes)


def _belongs(points: FloatArray, thing: TwinObject) -> BoolArray:
    """(N,) whether points lie in a thing's box, a little enlarged."""
    local = se3.apply(se3.inverse(np.asarray(thing.T_table_object)), points)
    size = np.array(thing.size_m)
    sides = np.all(np.abs(local[:, :2]) <= size[:2] / 2 + KNOWN_M, axis=1)
    return np.asarray(sides & (local[:, 2] >= -KNOWN_M) & (local[:, 2] <= size[2] + KNOWN_M))


def _heights(points: FloatArray, corner: FloatArray, extent: FloatArray) -> FloatArray:
    """Return the height (m) of what is seen over each cell of the table, 0 where nothing is."""
    shape = np.ceil(extent / CELL_M).astype(int)
    cell = np.minimum(((points[:, :2] - corner) / CELL_M).astype(int), shape - 1)
    flat = np.ravel_multi_index((cell[:, 0], cell[:, 1]), tuple(shape.tolist()))
    counts = np.bincount(flat, minlength=int(shape.prod()))
    heights = np.zeros(int(shape.prod()))
    np.maximum.at(heights, flat, points[:, 2])
    return np.where(counts >= LEAST_POINTS, heights, 0.0).reshape(tuple(shape.tolist()))


def _merged(heights: FloatArray) -> list[tuple[FloatArray, tuple[float, float, float]]]:
    """Return middle (2,) from the grid's corner and size of boxes that cover every filled cell, greedily."""
    left, boxes = heights.copy(), []
    while left.max(initial=0.0) > 0:
        i, j = np.unravel_index(int(left.argmax()), left.shape)
        top = float(left[i, j])
        alike = left > max(top - SAME_HEIGHT_M, 0.0)
        low, high = [int(i), int(j)], [int(i) + 1, int(j) + 1]
        grows = True
        while grows:
            grows = False
            for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
                a, b = list(low), list(high)
                if step > 0:
                    b[axis] += 1
                else:
                    a[axis] -= 1
                inside = a[axis] >= 0 and b[axis] <= heights.shape[axis]
                if inside and alike[a[0] : b[0], a[1] : b[1]].all():
                    low, high, grows = a, b, True
        left[low[0] : high[0], low[1] : high[1]] = 0.0
        span = CELL_M * (np.array(high) - low)
        boxes.append((CELL_M * np.array(low) + span / 2, (float(span[0]), float(span[1]), top)))
    return boxes
