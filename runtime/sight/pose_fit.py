"""Fit the pose of a known shape to points: point to plane from where they start, with what is known besides as a prior.

Points pull the surface onto themselves, and surface that the camera would see pulls towards the points, so that a flat
top does not slide off its own rim. Wrong pairs are left out by Tukey's weights, whose reach shrinks as the fit settles.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.sight.known_shape import KnownShape
from skillc.runtime.sight.sighting import ABOVE_M, Sighting

NOISE_M = 0.003
"""ours: of a depth camera at a metre, with what a fitted shape is off by."""
ALIKE = 6.0
"""ours: neighbouring pixels err together; so many count as one in the covariance."""
BACK_WEIGHT = 0.3
"""ours: surface towards points says less than points towards surface: some of it is hidden."""
WIDEST_M, NARROWEST_M = 0.03, 0.009
"""ours: reach of a pair at the first and the last step."""
STANDING: BoolArray = np.array([True, True, False, False, False, True, True])
"""What is unknown of a thing that stands on the table: x, y, turn about the vertical, size."""
ROUND: BoolArray = np.array([True, True, False, False, False, False, True])
"""The same of one that looks alike all round."""
SLID: BoolArray = np.array([True, True, False, False, False, True, False])
"""What is unknown of a thing that is slid: x, y, turn about the vertical."""
FREE: BoolArray = np.array([True, True, True, True, True, True, False])
"""What is unknown of a thing that is carried: its whole pose."""


@dataclass(frozen=True, kw_only=True)
class Believed:
    """A pose before the fit, and how sure it is."""

    T: FloatArray
    """(4, 4) T_table_object."""
    scale: float
    sigma: FloatArray
    """(7,) m, rad and the logarithm of size; infinite where nothing is known."""


@dataclass(frozen=True, kw_only=True)
class FittedPose:
    """A pose after the fit."""

    T: FloatArray
    """(4, 4) T_table_object."""
    scale: float
    covariance: FloatArray
    """(7, 7) of position (m), turn (rad) and the logarithm of size, by the points alone; what is not free has none."""
    rms_m: float
    """Of the points that were paired."""
    paired: int


def fit_pose(
    sighting: Sighting, shape: KnownShape, points: FloatArray, before: Believed, free: BoolArray, *, steps: int
) -> FittedPose:
    """Return the pose that fits points best.

    Args:
        sighting: where the camera is.
        shape: of the object.
        points: (N, 3) m, table frame; some may be of something else.
        before: where to start, and the prior.
        free: (7,) which of position, turn and size to fit.
        steps: of Gauss and Newton.
    """
    T, scale = before.T.copy(), before.scale
    if not len(points):
        return FittedPose(T=T, scale=scale, covariance=np.diag(before.sigma**2), rms_m=np.inf, paired=0)
    tree, apart = cKDTree(points), 1.5 * sighting.pixel_m(T)
    trust = np.where(free, 1.0 / np.square(before.sigma), 0.0)
    covariance, rms, paired = np.diag(before.sigma**2), np.inf, 0
    for step in range(steps):
        reach = NARROWEST_M + (WIDEST_M - NARROWEST_M) * max(0.0, 1.0 - step / (0.7 * steps))
        J, r, w, errors = _pulls(shape, points, T, scale, reach)
        J_back, r_back, w_back = _pulls_back(sighting, shape, tree, T, scale, reach, apart)
        A = (J * w[:, None]).T @ J + (J_back * w_back[:, None]).T @ J_back
        b = (J * w[:, None]).T @ r + (J_back * w_back[:, None]).T @ r_back
        off = np.append(se3.difference(before.T, T), np.log(before.scale / scale))
        A, b = A / (ALIKE * NOISE_M**2) + np.diag(trust), b / (ALIKE * NOISE_M**2) + trust * off
        chosen = np.flatnonzero(free)
        inverted = np.linalg.pinv(A[np.ix_(chosen, chosen)])
        delta = np.zeros(7)
        delta[chosen] = inverted @ b[chosen]
        T = se3.from_parts(se3.exp(delta[:6])[:3, :3] @ T[:3, :3], T[:3, 3] + delta[:3])
        scale = float(np.clip(scale * np.exp(delta[6]), 0.5, 2.0))
        if not len(errors):
            return FittedPose(T=T, scale=scale, covariance=np.diag(before.sigma**2), rms_m=np.inf, paired=0)
        rms, paired, covariance = float(np.sqrt(np.mean(errors**2))), len(errors), np.zeros((7, 7))
        covariance[np.ix_(chosen, chosen)] = inverted * max(1.0, (rms / NOISE_M) ** 2)
    return FittedPose(T=T, scale=scale, covariance=covariance, rms_m=rms, paired=paired)


def _pulls(
    shape: KnownShape, points: FloatArray, T: FloatArray, scale: float, reach: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return rows (N, 7), residuals (N,), weights (N,) of points towards the surface, and errors of those paired."""
    R, t = T[:3, :3], T[:3, 3]
    away, nearest = shape.tree.query((points - t) @ R / scale)
    lever = scale * shape.points[nearest] @ R.T
    normal = shape.normals[nearest] @ R.T
    r = np.einsum("ij,ij->i", normal, points - t - lever)
    J = np.column_stack([normal, np.cross(lever, normal), np.einsum("ij,ij->i", normal, lever)])
    # The distance counts beside the plane: next to an edge the plane goes on where the surface has ended.
    near = scale * away < reach + 0.004
    w = np.where(near, np.square(1.0 - np.minimum(np.square(r / reach), 1.0)), 0.0)
    return J, r, w, r[w > 0.0]


def _pulls_back(
    sighting: Sighting, shape: KnownShape, tree: cKDTree, T: FloatArray, scale: float, reach: float, apart: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return rows, residuals and weights of surface that the camera would see towards its nearest points."""
    R, t = T[:3, :3], T[:3, 3]
    some = slice(None, None, max(1, len(shape.points) // 500))
    lever, normal = scale * shape.points[some] @ R.T, shape.normals[some] @ R.T
    placed = lever + t
    own, near, far = sighting.depths_around(placed)
    with np.errstate(invalid="ignore"):
        faces = np.einsum("ij,ij->i", normal, sighting.eye - placed) > 0.0
        # What lies on the table is not among the points: it is told from the table by its height alone.
        seen = faces & ~(own > far + reach) & np.isfinite(near) & (placed[:, 2] > ABOVE_M + NOISE_M)
    lever, placed = lever[seen], placed[seen]
    if not len(placed):
        return np.zeros((0, 7)), np.zeros(0), np.zeros(0)
    away, nearest = tree.query(placed)
    gap = tree.data[nearest] - placed
    # Pixels are apart: within half their distance a point says nothing about where the surface ends.
    gap = gap * (np.maximum(away - apart, 0.0) / np.maximum(away, 1e-9))[:, None]
    length = np.linalg.norm(gap, axis=1)
    w = np.where(
        away < 2.0 * reach + apart, BACK_WEIGHT * np.square(1.0 - np.minimum(length / (2.0 * reach), 1.0)), 0.0
    )
    w = w * (length > 0.0)
    direction = gap / np.maximum(length, 1e-9)[:, None]
    J = np.column_stack([direction, np.cross(lever, direction), np.einsum("ij,ij->i", direction, lever)])
    return J, length, w
