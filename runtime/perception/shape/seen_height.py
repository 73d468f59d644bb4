"""How tall an object is by depth: the height of the highest surface seen inside its mask."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import rays
from skillc.runtime.perception.scene.mask_shapes import disc

EDGE_PX = 5
"""ours: stereo depth mixes object and background within a few pixels of an edge."""
TOP_SHARE = 0.03
"""ours: the highest readings are noise; a rim or a round top still fills this share of a mask."""
TOP_SIGMA_M = 0.004
"""ours: depth noise at 0.7 m, and what the rounded top loses to TOP_SHARE."""
LEAST_POINTS = 50


def seen_height(mask: BoolArray, depth: FloatArray, calibration: Calibration) -> float | None:
    """Return the height (m) over the table of the top of what `mask` (H, W) shows, or None if depth hardly sees it.

    Args:
        mask: The object's pixels.
        depth: (H, W) m along the optical axis, NaN where invalid.
        calibration: Camera and table frame.
    """
    inside = cv2.erode(mask.astype(np.uint8), disc(2 * EDGE_PX * calibration.camera.width / 960)).astype(bool)
    rows, columns = np.nonzero(inside & np.isfinite(depth))
    if len(rows) < LEAST_POINTS:
        return None
    points = rays(calibration.camera, np.stack([columns, rows], axis=1).astype(np.float64)) * depth[rows, columns, None]
    heights = se3.apply(se3.inverse(calibration.T_camera_table), points)[:, 2]
    top = float(np.quantile(heights, 1 - TOP_SHARE))
    return top if top > TOP_SIGMA_M else None
