"""The cloud that a depth camera takes of an object in a simulated scene: exact rays, then the camera's errors."""

from dataclasses import dataclass

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3

SHOWN = np.array([1, 1, 1, 0, 1, 1], dtype=np.uint8)
"""Geom groups that rays meet: all but 3, which collides in place of what is drawn."""
MARGIN = 1.3
"""ours: rays are sent through this many times the object's size in the picture."""


@dataclass(frozen=True, kw_only=True)
class DepthCamera:
    """A calibrated depth camera and how wrong it is; the default is not."""

    T_camera_table: FloatArray
    """(4, 4) as calibrated."""
    camera_matrix: FloatArray
    """(3, 3) px."""
    image_size: tuple[int, int]
    """Width, height, px."""
    noise_m: float = 0.0
    """One standard deviation of each depth."""
    off_by: tuple[float, ...] = (0.0,) * 6
    """Displacement from where the camera is believed to be: position (m), rotation vector (rad), in its own frame."""


def seen_by(
    camera: DepthCamera, model: mujoco.MjModel, data: mujoco.MjData, body: int, rng: np.random.Generator
) -> FloatArray:
    """Return the points (N, 3) of a body that the camera sees, in the table frame as the calibration has it.

    What stands before the body hides it; a robot does, too, and has no points of its own in the cloud.

    Args:
        camera: see there.
        model: with the world frame at the table.
        data: kinematics done.
        body: whose surface is looked at.
        rng: of the noise.
    """
    T_table_camera = se3.inverse(np.asarray(camera.T_camera_table))
    displaced = se3.from_parts(
        Rotation.from_rotvec(camera.off_by[3:]).as_matrix(), np.asarray(camera.off_by[:3], dtype=np.float64)
    )
    T_real = T_table_camera @ displaced
    rays = _pixels(camera, T_real, model, data, body)
    if not len(rays):
        return np.zeros((0, 3))
    geoms, depths = np.full(len(rays), -1, dtype=np.int32), np.zeros(len(rays))
    mujoco.mj_multiRay(
        model, data, T_real[:3, 3], (rays @ T_real[:3, :3].T).reshape(-1), SHOWN, True, -1, geoms, depths, None,
        len(rays), mujoco.mjMAXVAL,
    )  # fmt: skip
    own = (geoms >= 0) & (model.geom_bodyid[np.maximum(geoms, 0)] == body)
    far = depths[own] + camera.noise_m * rng.normal(size=int(own.sum()))
    return se3.apply(T_table_camera, rays[own] * far[:, None])


def _pixels(
    camera: DepthCamera, T_real: FloatArray, model: mujoco.MjModel, data: mujoco.MjData, body: int
) -> FloatArray:
    """Return the directions (N, 3) in the camera frame, of depth 1, of the pixels around the body."""
    geoms = np.flatnonzero(model.geom_bodyid == body)
    centres = se3.apply(se3.inverse(T_real), data.geom_xpos[geoms])
    K, (width, height) = np.asarray(camera.camera_matrix), camera.image_size
    if not np.all(centres[:, 2] > 0.05):
        return np.zeros((0, 3))
    middle = centres[:, :2] / centres[:, 2:] * [K[0, 0], K[1, 1]] + [K[0, 2], K[1, 2]]
    reach = MARGIN * model.geom_rbound[geoms, None] / centres[:, 2:] * [K[0, 0], K[1, 1]]
    low = np.clip((middle - reach).min(axis=0), 0, [width, height]).astype(int)
    high = np.clip((middle + reach).max(axis=0), 0, [width, height]).astype(int)
    u, v = (a.ravel() for a in np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1])))
    return np.stack([(u - K[0, 2]) / K[0, 0], (v - K[1, 2]) / K[1, 1], np.ones(len(u))], axis=1)
