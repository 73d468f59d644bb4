"""One depth picture as seen from a known place: points in the table frame, and what lies at a point's pixel."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.geometry import se3

NEAREST_M, FARTHEST_M = 0.15, 3.0
"""ours: what a camera at a table measures well."""
ABOVE_M = 0.008
"""ours: lower points may be the table: three times the noise of depth."""


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A depth picture and where it was taken from."""

    depth_m: FloatArray
    """(H, W); 0 where there is none."""
    matrix: FloatArray
    """(3, 3) px."""
    T_camera_table: FloatArray
    """(4, 4) of the depth camera."""

    @cached_property
    def T_table_camera(self) -> FloatArray:
        """(4, 4)."""
        return se3.inverse(self.T_camera_table)

    @property
    def eye(self) -> FloatArray:
        """(3,) m, where the camera is in the table frame."""
        return np.asarray(self.T_table_camera[:3, 3])

    @cached_property
    def points_camera(self) -> FloatArray:
        """(N, 3) m, every pixel with a depth, camera frame."""
        rows, columns = np.nonzero((self.depth_m > NEAREST_M) & (self.depth_m < FARTHEST_M))
        z, K = self.depth_m[rows, columns], self.matrix
        return np.stack([(columns - K[0, 2]) / K[0, 0] * z, (rows - K[1, 2]) / K[1, 1] * z, z], axis=1)

    @cached_property
    def points(self) -> FloatArray:
        """(N, 3) m, the same in the table frame."""
        return se3.apply(self.T_table_camera, self.points_camera)

    def pixel_m(self, T_table_object: FloatArray) -> float:
        """Return the distance (m) of neighbouring pixels on what is seen at an object's place."""
        return float(np.linalg.norm(T_table_object[:3, 3] - self.eye) / self.matrix[0, 0])

    def depths_around(self, points: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return for points (N, 3), table frame, their own depth and the nearest and farthest measured around them.

        NaN outside the picture and where nothing around was measured.
        """
        at = se3.apply(self.T_camera_table, points)
        ahead = at[:, 2] > NEAREST_M
        z = np.where(ahead, at[:, 2], 1.0)
        column = np.rint(at[:, 0] / z * self.matrix[0, 0] + self.matrix[0, 2])
        row = np.rint(at[:, 1] / z * self.matrix[1, 1] + self.matrix[1, 2])
        height, width = self.depth_m.shape
        inside: BoolArray = ahead & (column >= 0) & (column < width) & (row >= 0) & (row < height)
        own, near, far = (np.full(len(points), np.nan) for _ in range(3))
        rows, columns = row[inside].astype(np.int64), column[inside].astype(np.int64)
        nearest, farthest = self._around
        own[inside], near[inside], far[inside] = z[inside], nearest[rows, columns], farthest[rows, columns]
        return own, near, far

    @cached_property
    def _around(self) -> tuple[FloatArray, FloatArray]:
        """Nearest and farthest depth (H, W) of the nine pixels around each; NaN where there is none."""
        seen = (self.depth_m > 0.0) & np.isfinite(self.depth_m)
        window = np.ones((3, 3), np.uint8)
        near = cv2.erode(np.where(seen, self.depth_m, 1e3).astype(np.float32), window).astype(np.float64)
        far = cv2.dilate(np.where(seen, self.depth_m, -1e3).astype(np.float32), window).astype(np.float64)
        return np.where(near < 1e2, near, np.nan), np.where(far > 0.0, far, np.nan)
