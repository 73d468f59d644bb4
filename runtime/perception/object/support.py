"""How high the surface lies on which an object ends: the table, or the inside of the target."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import Twin


def support_height(twin: Twin, xy_table: FloatArray) -> float:
    """Return the support's height (m) below a point (2,) of the table: the target's floor if it lies under it."""
    target = twin.target
    if target is None:
        return 0.0
    T = np.asarray(target.T_table_object)
    local = T[:2, :2].T @ (np.asarray(xy_table) - T[:2, 3])
    half = np.asarray(target.size_m[:2]) / 2
    if target.shape.kind in ("box", "open_box"):
        inside = bool(np.all(np.abs(local) < half))
    else:
        inside = float(np.hypot(*(local / half))) < 1.0
    if not inside:
        return 0.0
    return target.shape.wall_m if target.shape.wall_m > 0 else target.size_m[2]
