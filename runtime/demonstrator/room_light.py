"""What lamps and an automatic camera do to a picture: a mirrored lamp that wanders, exposure, white balance."""

from typing import Any

import cv2
import numpy as np

from skillc.runtime.demonstrator.nuisance import Nuisance
from skillc.runtime.demonstrator.sensors import DepthArray
from skillc.runtime.demonstrator.viewpoint import Viewpoint
from skillc.runtime.formats.arrays import Image
from skillc.runtime.geometry import se3

SWAY_M = 0.10
"""How far the lamp sways: as much as a person who stands before a window."""
FOLLOWED = 0.7
"""Share of a change of the picture's mean that automatic exposure takes back."""
LAMP_M = np.array([0.35, 0.75, 0.9])
"""Mean place of the lamp, table frame: behind the scene, so that the table mirrors it towards the camera."""


class RoomLight:
    """Changes the frames of one recording, in order."""

    def __init__(self, nuisance: Nuisance, viewpoint: Viewpoint, duration_s: float, rng: np.random.Generator) -> None:
        """Draw how everything wanders."""
        self._nuisance, self._camera = nuisance, viewpoint.camera
        self._T_table_camera = se3.inverse(viewpoint.T_camera_table)
        self._lamp = LAMP_M + rng.uniform(-1, 1, 3) * [0.25, 0.15, 0.15]
        self._duration_s = duration_s
        self._phases, self._rates = rng.uniform(0, 2 * np.pi, (6, 2)), rng.uniform(0.6, 2.2, (6, 2))
        self._first_mean = 0.0

    def on(self, picture: Image, depth: DepthArray, time_s: float) -> Image:
        """Return the picture (H, W, 3) of a frame with true depth (H, W) m as this room and camera show it."""
        wander = np.sin(self._rates * 2 * np.pi * time_s / self._duration_s + self._phases).mean(axis=1)
        light: Any = picture.astype(np.float32)
        if self._nuisance.highlight:
            light += 255 * self._mirrored(depth, self._lamp + SWAY_M * wander[:3])[..., None]
        mean = float(light.mean())
        self._first_mean = self._first_mean or mean
        followed = (self._first_mean / mean) ** (FOLLOWED * float(self._nuisance.gain_drift > 0))
        gain = followed * (1 + self._nuisance.gain_drift * wander[3])
        red, blue = 1 + self._nuisance.white_drift * wander[4], 1 + self._nuisance.white_drift * wander[5]
        light *= np.array([gain * red, gain, gain * blue], dtype=np.float32)
        return np.asarray(cv2.convertScaleAbs(np.maximum(light, 0)), dtype=np.uint8)

    def _mirrored(self, depth: DepthArray, lamp: Any) -> Any:
        """Return (H, W) float32: how bright each surface mirrors the lamp (Blinn 1977), at half the size."""
        size = (depth.shape[1] // 2, depth.shape[0] // 2)
        z = cv2.resize(depth, size, interpolation=cv2.INTER_NEAREST)
        y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
        f, cx, cy = (np.float32(v / 2) for v in (self._camera.fx, self._camera.cx, self._camera.cy))
        points = np.stack([(x - cx) * z / f, (y - cy) * z / f, z], axis=-1)
        smooth = cv2.GaussianBlur(points, (0, 0), 1.5)
        across, down = cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)
        normal = _unit(np.cross(down, across))
        seen = np.linalg.inv(self._T_table_camera)
        there = (seen[:3, :3] @ lamp + seen[:3, 3]).astype(np.float32)
        half = _unit(_unit(there - points) - _unit(points))
        facing = np.clip((normal * half).sum(axis=-1), 0, 1)
        # Beyond the table nothing is polished.
        above = points @ self._T_table_camera[2, :3].astype(np.float32) + np.float32(self._T_table_camera[2, 3])
        shine = np.float32(self._nuisance.highlight) * facing ** np.float32(self._nuisance.gloss) * (above > -0.05)
        return cv2.resize(shine.astype(np.float32), depth.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _unit(vectors: Any) -> Any:
    return vectors / np.maximum(np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True)), 1e-9)
