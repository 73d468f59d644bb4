"""Pixels to rays, rays to the table, points to pixels. Pinhole with OpenCV axes; distortion by OpenCV's model."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3


def project(camera: Camera, T_camera_frame: FloatArray, points: FloatArray) -> FloatArray:
    """Return pixels (N, 2) of points (N, 3) given in any frame; points behind the camera give NaN."""
    seen = se3.apply(T_camera_frame, np.asarray(points, dtype=np.float64))
    depth = np.where(seen[:, 2] > 1e-6, seen[:, 2], np.nan)
    if camera.distortion and any(camera.distortion):
        flat, _ = cv2.projectPoints(
            seen.reshape(-1, 1, 3), np.zeros(3), np.zeros(3), camera.K, np.asarray(camera.distortion)
        )
        distorted: FloatArray = flat.reshape(-1, 2) + 0.0 * depth[:, None]
        return distorted
    xy: FloatArray = seen[:, :2] / depth[:, None] * np.array([camera.fx, camera.fy]) + np.array([camera.cx, camera.cy])
    return xy


def rays(camera: Camera, xy_px: FloatArray) -> FloatArray:
    """Return ray directions (N, 3) in the camera frame with z = 1 for pixels (N, 2)."""
    xy_px = np.asarray(xy_px, dtype=np.float64)
    if camera.distortion and any(camera.distortion):
        flat = cv2.undistortPoints(xy_px.reshape(-1, 1, 2), camera.K, np.asarray(camera.distortion)).reshape(-1, 2)
    else:
        flat = (xy_px - np.array([camera.cx, camera.cy])) / np.array([camera.fx, camera.fy])
    return np.concatenate([flat, np.ones((len(flat), 1))], axis=1)


def rays_table(camera: Camera, T_camera_table: FloatArray, xy_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the camera centre (3,) and ray directions (N, 3), both in the table frame."""
    T_table_camera = se3.inverse(T_camera_table)
    return T_table_camera[:3, 3], rays(camera, xy_px) @ T_table_camera[:3, :3].T


def on_plane(camera: Camera, T_camera_table: FloatArray, xy_px: FloatArray, height_m: float = 0.0) -> FloatArray:
    """Return table points (N, 3) where the pixels' rays (N, 2) meet z = height; NaN where they do not."""
    origin, direction = rays_table(camera, T_camera_table, xy_px)
    with np.errstate(divide="ignore", invalid="ignore"):
        s = (height_m - origin[2]) / direction[:, 2]
    s = np.where(np.isfinite(s) & (s > 0), s, np.nan)
    met: FloatArray = origin + s[:, None] * direction
    return met


def plane_points(camera: Camera, T_camera_table: FloatArray) -> FloatArray:
    """Return (H, W, 2) table coordinates of every pixel's ray on z = 0; NaN above the horizon."""
    y, x = np.mgrid[0 : camera.height, 0 : camera.width].astype(np.float64)
    met = on_plane(camera, T_camera_table, np.stack([x.ravel(), y.ravel()], axis=1))
    return met[:, :2].reshape(camera.height, camera.width, 2)


def place_sigma(calibration: Calibration, xy_table: FloatArray) -> float:
    """Return one standard deviation (m) that the calibration leaves for a point (2,) on the table.

    Camera position and rotation err together so that the fiducial stays where it is seen; what remains grows with the
    distance from it: scale, and the plane's tilt along the line of sight.
    """
    reach = float(np.hypot(*xy_table[:2]))
    centre = se3.inverse(calibration.T_camera_table)[:3, 3]
    view = centre - np.array([xy_table[0], xy_table[1], 0.0])
    rise = max(float(view[2]) / max(float(np.linalg.norm(view)), 1e-9), 0.1)
    return float(reach * np.hypot(calibration.scale_sigma, calibration.rotation_sigma_rad / rise))
