"""Move a depth picture into the colour camera's view, as if it had been taken through that lens."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project, rays


def align_depth(depth_m: FloatArray, depth: Camera, color: Camera, T_color_depth: FloatArray) -> FloatArray:
    """Return depth (H, W) in metres for every pixel of the colour camera, NaN where nothing was measured.

    Each depth pixel covers the colour pixels between its own neighbours' projections; the nearest surface wins.

    Args:
        depth_m: (h, w) metres along the depth camera's axis, NaN invalid.
        depth: the depth camera.
        color: the colour camera.
        T_color_depth: (4, 4).
    """
    y, x = np.nonzero(np.isfinite(depth_m))
    points = rays(depth, np.column_stack([x, y]).astype(np.float64)) * depth_m[y, x][:, None]
    # Far points are written first, so that near ones overwrite them.
    order = np.argsort(-(points @ T_color_depth[2, :3]), kind="stable")
    points = points[order]
    seen = se3.apply(T_color_depth, points)
    pixels = project(color, T_color_depth, points)
    # Half the side that a depth pixel takes up in the colour picture, more where a surface is seen at a slant.
    half = max(0.5, 0.7 * color.fx / depth.fx)
    aligned = np.full((color.height, color.width), np.nan)
    reach = int(np.ceil(half))
    base = np.round(pixels)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            column, row = base[:, 0] + dx, base[:, 1] + dy
            inside = (
                (np.abs(column - pixels[:, 0]) <= half)
                & (np.abs(row - pixels[:, 1]) <= half)
                & (column >= 0)
                & (row >= 0)
                & (column < color.width)
                & (row < color.height)
            )
            cell = (row[inside].astype(int), column[inside].astype(int))
            before = aligned[cell]
            # Another offset may have left a nearer surface here.
            aligned[cell] = np.where(before < seen[inside, 2], before, seen[inside, 2])
    return aligned
