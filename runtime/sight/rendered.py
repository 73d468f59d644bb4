"""Pictures of a simulated world by a depth camera: exact rays, then what a stereo camera gets wrong.

Depth is cast, not drawn, so no display is needed; colours are those of the geoms, without light or texture.
"""

from collections import deque
from dataclasses import dataclass

import cv2
import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.drivers.measurement import CameraFrame, DeviceReport
from skillc.runtime.drivers.picture import Picture, invalid_share
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.sim.stereo import BASELINE_M, hidden_from_second_imager

SHOWN = np.array([1, 1, 1, 0, 1, 1], dtype=np.uint8)
"""Geom groups that rays meet: all but 3, which collides in place of what is drawn."""
ROOM_M = 2.6
"""ours: where nothing else is met, a wall: a room gives depth."""
DISPARITY_PX = 0.08
"""ours: error of a disparity at the imager's own resolution, half of it shared with the neighbours."""
IMAGER_FOCAL_PX = 640.0
"""Of a D455's imager at 1280 px (datasheet: 87 deg)."""
LOST_AT_EDGE = 0.5
"""ours: share of the pixels at an edge of depth that have none."""
EDGE_M = 0.025


@dataclass(frozen=True, kw_only=True)
class CameraMounting:
    """A camera, where it is believed to be, and by how much that is wrong."""

    T_camera_table: FloatArray
    """(4, 4) as calibrated."""
    matrix: FloatArray
    """(3, 3) px."""
    size: tuple[int, int]
    """Width, height, px."""
    rate_hz: float
    latency_s: float
    """s from exposure until the picture can be used."""
    off_by: tuple[float, ...] = (0.0,) * 6
    """Displacement from where the camera is believed to be: position (m), rotation vector (rad), in its own frame."""
    noisy: bool = True
    """False for exact depth."""
    seed: int = 0

    @property
    def T_table_real(self) -> FloatArray:
        """(4, 4) where the camera is."""
        off = se3.from_parts(Rotation.from_rotvec(self.off_by[3:]).as_matrix(), np.array(self.off_by[:3]))
        return np.asarray(se3.inverse(self.T_camera_table) @ off)


class RenderedCamera:
    """Takes a picture of a simulated world at its rate and hands it out when its latency is over."""

    def __init__(self, mounting: CameraMounting, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        """Look at a world whose kinematics are done after every step of it."""
        self._mounting, self._model, self._data = mounting, model, data
        (width, height), K = mounting.size, mounting.matrix
        column, row = np.meshgrid(np.arange(width), np.arange(height))
        rays = np.stack([(column - K[0, 2]) / K[0, 0], (row - K[1, 2]) / K[1, 1], np.ones(column.shape)], axis=-1)
        self._rays = rays.reshape(-1, 3)
        self._random = np.random.default_rng([mounting.seed, 17])
        self._number, self._due_s = 0, float(data.time)
        self._under_way: deque[Picture] = deque()
        self._newest: Picture | None = None

    def newest(self) -> Picture | None:
        """Take a picture if one is due, and return the newest that has arrived."""
        now = float(self._data.time)
        if now >= self._due_s - 1e-9:
            self._under_way.append(self._exposed(now))
            self._due_s += 1.0 / self._mounting.rate_hz
        while self._under_way and self._under_way[0].received_s + self._mounting.latency_s <= now + 1e-9:
            self._newest = self._under_way.popleft()
        return self._newest

    def age_s(self) -> float:
        """Return seconds since the newest picture was exposed; infinite before the first."""
        return float("inf") if self._newest is None else float(self._data.time) - self._newest.received_s

    def reports(self) -> tuple[DeviceReport, ...]:
        """Return nothing: it does not break."""
        return ()

    def close(self) -> None:
        """End nothing."""

    def _exposed(self, now: float) -> Picture:
        width, height = self._mounting.size
        depth, geoms = self._cast()
        if self._mounting.noisy:
            depth = self._seen(depth)
        colours = np.concatenate([self._model.geom_rgba[:, :3], [[0.1, 0.1, 0.1]]])
        self._number += 1
        return Picture(
            frame=CameraFrame(
                number=self._number,
                colour_s=now,
                depth_s=now,
                period_s=1.0 / self._mounting.rate_hz,
                invalid_depth=invalid_share(depth),
            ),
            received_s=now,
            colour=(255.0 * colours[geoms]).astype(np.uint8).reshape(height, width, 3),
            depth_m=depth,
            depth_matrix=self._mounting.matrix,
            T_colour_depth=np.eye(4),
        )

    def _cast(self) -> tuple[FloatArray, FloatArray]:
        """Return depth (H, W) in m and the geom met (N,) at every pixel, -1 for the wall."""
        width, height = self._mounting.size
        T = self._mounting.T_table_real
        geoms, depth = np.full(len(self._rays), -1, dtype=np.int32), np.zeros(len(self._rays))
        mujoco.mj_multiRay(
            self._model, self._data, T[:3, 3], (self._rays @ T[:3, :3].T).reshape(-1), SHOWN, True, -1, geoms, depth,
            None, len(self._rays), mujoco.mjMAXVAL,
        )  # fmt: skip
        met = (geoms >= 0) & (depth < ROOM_M)
        return np.where(met, depth, ROOM_M).reshape(height, width), np.where(met, geoms, -1)

    def _seen(self, depth: FloatArray) -> FloatArray:
        """Return what a stereo camera makes of true depth (H, W): noisy, 0 at edges and where one imager is blind."""
        scale, fine = IMAGER_FOCAL_PX * BASELINE_M, self._random.standard_normal(depth.shape)
        shared = 2.5 * cv2.GaussianBlur(self._random.standard_normal(depth.shape), (0, 0), 0.9)
        disparity = scale / depth + DISPARITY_PX * (fine + shared) / np.sqrt(2.0)
        window = np.ones((3, 3), np.uint8)
        edge = cv2.dilate(depth, window) - cv2.erode(depth, window) > EDGE_M
        lost = edge & (self._random.random(depth.shape) < LOST_AT_EDGE)
        lost |= hidden_from_second_imager(self._mounting.matrix[0, 0] * BASELINE_M / depth)
        return np.where(lost, 0.0, scale / np.maximum(disparity, 1.0))
