"""Rigid transforms as 4x4 matrices. `T_a_b` maps coordinates of frame b to frame a: `p_a = T_a_b @ p_b`."""

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray


def from_parts(R: FloatArray, p: FloatArray) -> FloatArray:
    """Return T (..., 4, 4) from rotations R (..., 3, 3) and positions p (..., 3) in metres."""
    R, p = np.asarray(R, dtype=np.float64), np.asarray(p, dtype=np.float64)
    T = np.zeros((*np.broadcast_shapes(R.shape[:-2], p.shape[:-1]), 4, 4))
    T[..., :3, :3], T[..., :3, 3], T[..., 3, 3] = R, p, 1.0
    return T


def from_quat_wxyz(quat_wxyz: FloatArray, p: FloatArray) -> FloatArray:
    """Return T (4, 4) from a unit quaternion (4,), scalar first, and a position (3,) in metres."""
    R = Rotation.from_quat(np.asarray(quat_wxyz)[..., [1, 2, 3, 0]]).as_matrix()
    return from_parts(R, p)


def as_quat_wxyz(T: FloatArray) -> FloatArray:
    """Return the unit quaternion (..., 4), scalar first and non-negative, of T (..., 3, 3) or (..., 4, 4)."""
    xyzw = Rotation.from_matrix(np.asarray(T)[..., :3, :3]).as_quat()
    wxyz: FloatArray = xyzw[..., [3, 0, 1, 2]]
    return np.where(wxyz[..., :1] < 0, -wxyz, wxyz)


def inverse(T: FloatArray) -> FloatArray:
    """Return the inverse of rigid transforms T (..., 4, 4)."""
    R_t = np.swapaxes(T[..., :3, :3], -1, -2)
    return from_parts(R_t, -(R_t @ T[..., :3, 3:])[..., 0])


def apply(T: FloatArray, points: FloatArray) -> FloatArray:
    """Map points (N, 3) of frame b to frame a with T_a_b (4, 4)."""
    moved: FloatArray = points @ T[:3, :3].T + T[:3, 3]
    return moved


def exp(twist: FloatArray) -> FloatArray:
    """Return T (4, 4) of a displacement (6,): translation (m) then rotation vector (rad), not a screw motion."""
    return from_parts(Rotation.from_rotvec(twist[3:]).as_matrix(), twist[:3])


def difference(T_to: FloatArray, T_from: FloatArray) -> FloatArray:
    """Return the (6,) displacement in the common parent frame: position (m), then axis-angle of R_to R_from^T (rad)."""
    rotvec = Rotation.from_matrix(T_to[:3, :3] @ T_from[:3, :3].T).as_rotvec()
    return np.concatenate([T_to[:3, 3] - T_from[:3, 3], rotvec])


def rotation_angle(R_a: FloatArray, R_b: FloatArray) -> float:
    """Return the geodesic angle (rad) between two rotations (3, 3) or transforms (4, 4)."""
    relative = np.asarray(R_a)[:3, :3].T @ np.asarray(R_b)[:3, :3]
    return float(Rotation.from_matrix(relative).magnitude())


def interpolate(T_a: FloatArray, T_b: FloatArray, s: float) -> FloatArray:
    """Return the pose at s in [0, 1] from T_a to T_b: straight line in position, geodesic in rotation."""
    relative = Rotation.from_matrix(T_a[:3, :3].T @ T_b[:3, :3]).as_rotvec()
    R = T_a[:3, :3] @ Rotation.from_rotvec(s * relative).as_matrix()
    return from_parts(R, (1 - s) * T_a[:3, 3] + s * T_b[:3, 3])


def shortest_turn(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the smallest rotation (3, 3) that maps unit vector a to unit vector b; about +z if they are opposite."""
    axis, cosine = np.cross(a, b), float(np.clip(a @ b, -1.0, 1.0))
    sine = float(np.linalg.norm(axis))
    if sine < 1e-9:
        turn = np.zeros(3) if cosine > 0 else np.array([0.0, 0.0, np.pi])
        return np.asarray(Rotation.from_rotvec(turn).as_matrix())
    return np.asarray(Rotation.from_rotvec(axis / sine * np.arctan2(sine, cosine)).as_matrix())
