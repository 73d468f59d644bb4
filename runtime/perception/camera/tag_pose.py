"""The table frame from a tag's corners: pose, its two-fold ambiguity, and its covariance.

Table frame (LANGUAGE): origin at the tag's centre, z up out of the table, y along the tag edge that points away from
the camera, x to the right.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.optimize import least_squares

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project


@dataclass(frozen=True, kw_only=True)
class TagPose:
    """Pose of the table frame in the camera and how well it is known."""

    T_camera_table: FloatArray
    """(4, 4)."""
    covariance: FloatArray
    """(6, 6) of the displacement (translation m, rotation rad) of T_camera_table, camera axes, from corner noise."""
    rms_px: float
    """Of the corners."""
    other: FloatArray
    """(4, 4) the second pose that explains the corners less well."""
    other_excess: float
    """How much worse the second one is: difference of squared residuals over the corner variance (chi-square)."""


def tag_corners(size_m: float) -> FloatArray:
    """Return the corners (4, 3) of a tag of side `size_m` counter-clockwise from the lower left, z up."""
    half = size_m / 2
    return np.array([[-half, -half, 0], [half, -half, 0], [half, half, 0], [-half, half, 0]], dtype=np.float64)


def solve_tag(corners_px: FloatArray, size_m: float, camera: Camera, corner_sigma_px: float) -> TagPose:
    """Return the pose of the table frame from one tag.

    Args:
        corners_px: (4, 2) px counter-clockwise as printed.
        size_m: side of the corner square, m.
        camera: intrinsics.
        corner_sigma_px: one standard deviation of a corner coordinate, px.
    """
    corners_table = tag_corners(size_m)
    poses = _both_poses(corners_px, corners_table, camera)
    refined = [refine(T, corners_table, corners_px, camera) for T in poses]
    errors = [np.sum((project(camera, T, corners_table) - corners_px) ** 2) for T in refined]
    best, second = np.argsort(errors)[0], np.argsort(errors)[-1]
    turn = facing_away(refined[best])
    T = refined[best] @ turn
    corners_turned = se3.apply(se3.inverse(turn), corners_table)
    J = pose_jacobian(T, corners_turned, camera)
    return TagPose(
        T_camera_table=T,
        covariance=np.asarray(np.linalg.inv(J.T @ J) * corner_sigma_px**2, dtype=np.float64),
        rms_px=float(np.sqrt(errors[best] / 4)),
        other=refined[second] @ facing_away(refined[second]),
        other_excess=float((errors[second] - errors[best]) / corner_sigma_px**2),
    )


def facing_away(T_camera_tag: FloatArray) -> FloatArray:
    """Return the quarter turn (4, 4) about z after which y points away from the camera as far as a tag edge can."""
    R = T_camera_tag[:3, :3]
    ahead = R.T @ np.array([0.0, 0.0, 1.0])
    if np.hypot(ahead[0], ahead[1]) < 0.2:
        # Looking straight down, "away" is the picture's upward direction.
        ahead = R.T @ np.array([0.0, -1.0, 0.0])
    angle = np.arctan2(ahead[1], ahead[0]) - np.pi / 2
    quarters = round(angle / (np.pi / 2)) % 4
    c, s = [(1, 0), (0, 1), (-1, 0), (0, -1)][quarters]
    turn = np.eye(4)
    turn[:2, :2] = [[c, -s], [s, c]]
    return turn


def refine(T: FloatArray, points: FloatArray, pixels: FloatArray, camera: Camera) -> FloatArray:
    """Return the pose near T (4, 4) that minimises the reprojection error of points (N, 3) at pixels (N, 2)."""

    def residual(twist: FloatArray) -> FloatArray:
        moved: FloatArray = (project(camera, displaced(T, twist), points) - pixels).ravel()
        return moved

    solved = least_squares(residual, np.zeros(6), x_scale="jac")
    return displaced(T, solved.x)


def displaced(T: FloatArray, twist: FloatArray) -> FloatArray:
    """Return T moved by (translation m, rotation rad) in the camera frame about the body's own origin."""
    step = se3.exp(twist)
    return se3.from_parts(step[:3, :3] @ T[:3, :3], T[:3, 3] + step[:3, 3])


def pose_jacobian(T: FloatArray, points: FloatArray, camera: Camera) -> FloatArray:
    """Return d pixels / d twist (2N, 6) at T by central differences."""
    columns = []
    for k in range(6):
        step = np.zeros(6)
        step[k] = 1e-6
        ahead = project(camera, displaced(T, step), points)
        behind = project(camera, displaced(T, -step), points)
        columns.append((ahead - behind).ravel() / 2e-6)
    return np.stack(columns, axis=1)


def _both_poses(corners_px: FloatArray, corners_table: FloatArray, camera: Camera) -> list[FloatArray]:
    distortion = np.array(camera.distortion, dtype=np.float64)
    count, rotations, translations, _ = cv2.solvePnPGeneric(
        corners_table, corners_px, camera.K, distortion, flags=cv2.SOLVEPNP_IPPE
    )
    poses = []
    for k in range(count):
        R, _ = cv2.Rodrigues(rotations[k])
        poses.append(se3.from_parts(np.asarray(R, np.float64), np.asarray(translations[k], np.float64).ravel()))
    return poses
