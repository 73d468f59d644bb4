"""Where the robot stands: from points its flange touched, or from a tag on its hand seen by the fixed camera."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3


@dataclass(frozen=True, kw_only=True)
class PointFit:
    """A rigid transform between two lists of points."""

    T_a_b: FloatArray
    """(4, 4)."""
    residual_m: FloatArray
    """(N,) distance left at each pair."""
    position_sigma_m: float
    """One standard deviation of b's origin in a."""


@dataclass(frozen=True, kw_only=True)
class HandEyeFit:
    """Both unknown transforms of A_i Y = X B_i."""

    T_robot_camera: FloatArray
    """(4, 4) X."""
    T_flange_tag: FloatArray
    """(4, 4) Y."""
    position_residual_m: FloatArray
    """(N,)."""
    rotation_residual_rad: FloatArray
    """(N,)."""


def align_points(points_a: FloatArray, points_b: FloatArray) -> PointFit:
    """Return the rigid transform that best maps points_b (N, 3) to points_a (N, 3) (Kabsch).

    Raises:
        ValueError: fewer than three points, or points on a line.
    """
    if len(points_a) < 3:
        raise ValueError(f"{len(points_a)} points; three or more that are not on a line are needed")
    center_a, center_b = points_a.mean(axis=0), points_b.mean(axis=0)
    U, _, Vt = np.linalg.svd((points_a - center_a).T @ (points_b - center_b))
    spread = np.linalg.svd(points_b - center_b, compute_uv=False)
    if not spread[1] > 0.05 * spread[0]:
        raise ValueError("the points lie on a line; touch points that span the table")
    R = U @ np.diag([1.0, 1.0, np.sign(np.linalg.det(U @ Vt))]) @ Vt
    T = se3.from_parts(R, center_a - R @ center_b)
    residual = np.linalg.norm(se3.apply(T, points_b) - points_a, axis=1)
    variance = float((residual**2).sum()) / max(3 * len(points_a) - 6, 1)
    # The origin of b turns about the points' centre with the rotation's error.
    lever = float(np.linalg.norm(center_b))
    turning = variance / max(float(spread[1]) ** 2, 1e-12)
    sigma = np.sqrt(variance / len(points_a) + turning * lever**2)
    return PointFit(T_a_b=T, residual_m=residual, position_sigma_m=float(sigma))


def solve_hand_eye(Ts_robot_flange: FloatArray, Ts_camera_tag: FloatArray) -> HandEyeFit:
    """Return X = T_robot_camera and Y = T_flange_tag with T_robot_flange_i Y = X T_camera_tag_i.

    Rotations by the Kronecker product and singular vectors (Shah 2013), translations by linear least squares, then
    both together by nonlinear least squares with 1 m = 1 rad.

    Raises:
        ValueError: fewer than three poses, or rotations about one axis only.
    """
    count = len(Ts_robot_flange)
    if count < 3:
        raise ValueError(f"{count} poses; three or more with different orientations are needed")
    A, B = Ts_robot_flange, Ts_camera_tag
    turns = np.stack([Rotation.from_matrix(A[0, :3, :3].T @ a[:3, :3]).as_rotvec() for a in A[1:]])
    strength = np.linalg.svd(turns, compute_uv=False)
    if not strength[min(1, len(strength) - 1)] > np.radians(5):
        raise ValueError("the hand turned about one axis only; tilt it about two axes by 20 degrees or more")
    K = sum(np.kron(b[:3, :3], a[:3, :3]) for a, b in zip(A, B, strict=True))
    U, _, Vt = np.linalg.svd(np.asarray(K))
    R_x, R_y = _as_rotation(U[:, 0]), _as_rotation(Vt[0])
    if np.trace(R_x.T @ A[0, :3, :3] @ R_y @ B[0, :3, :3].T) < np.trace((-R_x).T @ A[0, :3, :3] @ R_y @ B[0, :3, :3].T):
        R_x = -R_x
    # R_A t_y + t_A = R_x t_B + t_x
    M = np.concatenate([np.hstack([a[:3, :3], -np.eye(3)]) for a in A])
    v = np.concatenate([R_x @ b[:3, 3] - a[:3, 3] for a, b in zip(A, B, strict=True)])
    t = np.linalg.lstsq(M, v, rcond=None)[0]
    X, Y = se3.from_parts(R_x, t[3:]), se3.from_parts(R_y, t[:3])

    def residual(p: FloatArray) -> FloatArray:
        return np.concatenate([np.concatenate(_difference(X, Y, p, a, b)) for a, b in zip(A, B, strict=True)])

    solved = least_squares(residual, np.zeros(12), loss="soft_l1", f_scale=0.01).x
    parts = [_difference(X, Y, solved, a, b) for a, b in zip(A, B, strict=True)]
    return HandEyeFit(
        T_robot_camera=se3.exp(solved[:6]) @ X,
        T_flange_tag=se3.exp(solved[6:]) @ Y,
        position_residual_m=np.array([np.linalg.norm(p) for p, _ in parts]),
        rotation_residual_rad=np.array([np.linalg.norm(r) for _, r in parts]),
    )


def _difference(
    X: FloatArray, Y: FloatArray, p: FloatArray, a: FloatArray, b: FloatArray
) -> tuple[FloatArray, FloatArray]:
    gap = se3.difference(a @ se3.exp(p[6:]) @ Y, se3.exp(p[:6]) @ X @ b)
    return gap[:3], gap[3:]


def _as_rotation(vector: FloatArray) -> FloatArray:
    """Return the rotation nearest to the matrix whose columns are stacked in `vector` (9,)."""
    M = vector.reshape(3, 3).T
    M = M * np.sign(np.linalg.det(M))
    U, _, Vt = np.linalg.svd(M)
    return np.asarray(U @ Vt, dtype=np.float64)
