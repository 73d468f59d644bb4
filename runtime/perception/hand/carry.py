"""How far away the hand is while it carries the object: triangulation through the object's known motion.

A joint that moves with the object stays at one place in the object's frame. Where that place is follows from the
joint's pixels and the object's poses alone, without knowing how large the hand is.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import rays


@dataclass(frozen=True, kw_only=True)
class CarriedHand:
    """Depths of joints while they move with the object."""

    depth_m: FloatArray
    """(T, 21) m along the optical axis; NaN where nothing is known."""
    sigma_m: FloatArray
    """(21,) one standard deviation of a joint's depth, common to all frames; inf where nothing is known."""


def triangulate_carried(
    joints_px: FloatArray,
    frames: BoolArray,
    T_camera_object: FloatArray,
    camera: Camera,
    *,
    pixel_sigma: float,
    independent: float,
    object_sigma_m: FloatArray,
) -> CarriedHand:
    """Return joint depths while the object is carried.

    Args:
        joints_px: (T, 21, 2) px, NaN where not detected.
        frames: (T,) True while hand and object move together.
        T_camera_object: (T, 4, 4).
        camera: intrinsics.
        pixel_sigma: one standard deviation of a landmark, px.
        independent: share of frames whose errors are independent, 0..1.
        object_sigma_m: (T,) one standard deviation of the object's position.
    """
    depth = np.full(joints_px.shape[:2], np.nan)
    sigma = np.full(joints_px.shape[1], np.inf)
    rows = np.flatnonzero(frames & np.isfinite(joints_px).all(axis=(1, 2)))
    if len(rows) < 5:
        return CarriedHand(depth_m=depth, sigma_m=sigma)
    R, t = T_camera_object[rows, :3, :3], T_camera_object[rows, :3, 3]
    for joint in range(joints_px.shape[1]):
        ray = rays(camera, joints_px[rows, joint])[:, :2]
        found = _triangulate(ray, R, t, pixel_sigma / camera.fx, independent)
        if found is None:
            continue
        point, covariance = found
        seen = R @ point + t
        toward = seen.mean(axis=0) / np.linalg.norm(seen.mean(axis=0))
        in_object = np.einsum("tij,i->tj", R, toward).mean(axis=0)
        depth[rows, joint] = seen[:, 2]
        # The object's own error along the ray adds to that of the triangulation.
        own = float(np.median(object_sigma_m[rows]))
        sigma[joint] = float(np.sqrt(in_object @ covariance @ in_object + own**2))
    return CarriedHand(depth_m=depth, sigma_m=sigma)


def _triangulate(
    xy: FloatArray, R: FloatArray, t: FloatArray, sigma: float, independent: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return the point p with (R p + t) on all rays xy (N, 2), and its covariance scaled by how well that fits."""
    # x (R3 p + t3) = R1 p + t1, linear in p once divided by the depth of the last estimate.
    A = np.concatenate([R[:, 0] - xy[:, :1] * R[:, 2], R[:, 1] - xy[:, 1:] * R[:, 2]])
    b = np.concatenate([xy[:, 0] * t[:, 2] - t[:, 0], xy[:, 1] * t[:, 2] - t[:, 1]])
    depth = t[:, 2].copy()
    weight = np.ones(len(xy))
    normal: FloatArray = np.eye(3)
    residual = np.zeros((2, len(xy)))
    point: FloatArray = np.zeros(3)
    for _ in range(8):
        scale = np.tile(np.sqrt(weight) / (np.maximum(depth, 0.05) * sigma), 2)
        normal = (A * scale[:, None]).T @ (A * scale[:, None])
        if np.linalg.cond(normal) > 1e10:
            return None
        point[:] = np.linalg.solve(normal, (A * scale[:, None]).T @ (b * scale))
        depth = (R @ point + t)[:, 2]
        residual = ((A @ point - b) / np.tile(np.maximum(depth, 0.05) * sigma, 2)).reshape(2, -1)
        weight = 1 / (1 + (residual**2).sum(axis=0) / 9)
    if not (depth > 0.05).all():
        return None
    misfit = max(1.0, float((weight * (residual**2).sum(axis=0)).sum() / max(2 * weight.sum() - 3, 1.0)))
    covariance: FloatArray = np.asarray(np.linalg.inv(normal) * misfit / independent, dtype=np.float64)
    return point, covariance
