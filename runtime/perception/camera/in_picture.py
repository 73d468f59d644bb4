"""Whether places on the table are inside a camera's picture."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import project


def picture_margin_px(camera: Camera, T_camera_table: FloatArray, points: FloatArray) -> FloatArray:
    """Return how far inside the picture each point is, shape (N,), px; negative outside, -inf behind the camera.

    Args:
        camera: The pinhole camera.
        T_camera_table: (4, 4), X_camera = T_camera_table @ X_table.
        points: (N, 3) in the table frame, metres.
    """
    x, y = project(camera, T_camera_table, points).T
    margin = np.min([x, y, camera.width - 1 - x, camera.height - 1 - y], axis=0)
    inside: FloatArray = np.nan_to_num(margin, nan=-np.inf)
    return inside
