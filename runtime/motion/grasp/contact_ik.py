"""Contact inverse kinematics: put chosen fingertips on chosen surface points, for many candidates at once (A.2.2).

Damped least squares over the hand's pose and all finger joints; one batch of numpy arrays is one set of candidates.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.motion.kinematics.hand_model import HandModel


@dataclass(frozen=True, kw_only=True)
class ContactTargets:
    """Where N candidates want their F fingertips, object frame."""

    points: FloatArray
    """(N, F, 3) m, on the surface (lifted off it for pre-grasps)."""
    normals: FloatArray
    """(N, F, 3) outward."""
    used: BoolArray
    """(N, F) fingers in contact; the others keep their reference posture."""


@dataclass(frozen=True, kw_only=True)
class ContactIkParameters:
    """Weights are one over what counts as one unit of error."""

    iterations: int
    position_m: float
    """Distance of a tip from its target worth one unit."""
    pad_cosine: float
    """Least cosine between pad normal and inward surface normal; less is penalised."""
    pad_unit: float
    """Missing cosine worth one unit."""
    hand_position_m: float
    """Shift of the hand worth one unit."""
    hand_rotation_rad: float
    """Turn of the hand worth one unit; small keeps the demonstrated orientation."""
    joint_rad: float
    """Departure of a joint from its reference worth one unit."""
    tolerance_m: float
    """A candidate is solved when every used tip is this close."""


@dataclass(frozen=True, kw_only=True)
class ContactSolution:
    """Result of N candidates."""

    R_object_hand: FloatArray
    """(N, 3, 3)."""
    p_object_hand: FloatArray
    """(N, 3) m."""
    q: FloatArray
    """(N, m) rad."""
    tip_error_m: FloatArray
    """(N, F) distance from the targets; 0 for unused fingers."""
    pad_cosine: FloatArray
    """(N, F) pad normal against inward surface normal; 1 for unused fingers."""
    solved: BoolArray
    """(N,)."""


def solve_contacts(
    hand: HandModel,
    targets: ContactTargets,
    *,
    R_object_hand: FloatArray,
    p_object_hand: FloatArray,
    q: FloatArray,
    parameters: ContactIkParameters,
    move_hand: bool = True,
) -> ContactSolution:
    """Solve N candidates from their starting poses and postures, to which the priors also pull.

    Args:
        hand: finger kinematics.
        targets: contact points.
        R_object_hand: (N, 3, 3) start and reference.
        p_object_hand: (N, 3) start and reference.
        q: (N, m) start and reference.
        parameters: weights.
        move_hand: False keeps the hand's pose exactly (pre-grasps).
    """
    w = parameters
    count, m, fingers = len(q), q.shape[1], len(hand.finger_names)
    R, p, x = R_object_hand.copy(), p_object_hand.copy(), q.copy()
    wanted = targets.points + hand.tip_radius[None, :, None] * targets.normals
    use = targets.used.astype(np.float64)
    first = 0 if move_hand else 6
    prior = np.concatenate(
        [np.full(3, 1 / w.hand_position_m), np.full(3, 1 / w.hand_rotation_rad), np.full(m, 1 / w.joint_rad)]
    )
    p0, R0, q0 = p_object_hand, R_object_hand, q
    for _ in range(w.iterations):
        c, a, J_lin, J_ang = hand.tip_motion(x)
        rc, ra = np.einsum("nij,nfj->nfi", R, c), np.einsum("nij,nfj->nfi", R, a)
        error = (rc + p[:, None] - wanted) * use[..., None] / w.position_m
        lack = w.pad_cosine + np.einsum("nfi,nfi->nf", ra, targets.normals)
        active = (lack > 0) * use
        J = np.zeros((count, fingers, 4, 6 + m))
        J[:, :, 0, 0] = J[:, :, 1, 1] = J[:, :, 2, 2] = 1.0
        J[:, :, :3, 3:6] = -_cross_matrix(rc)
        J[:, :, :3, 6:] = np.einsum("nij,nfjk->nfik", R, J_lin)
        J[:, :, :3] *= use[..., None, None] / w.position_m
        turn = np.einsum("nij,nfjk->nfik", R, J_ang)
        side = np.cross(ra, targets.normals)
        J[:, :, 3, 3:6] = side * active[..., None] / w.pad_unit
        J[:, :, 3, 6:] = np.einsum("nfi,nfik->nfk", side, turn) * active[..., None] / w.pad_unit
        r = np.concatenate([error, (np.maximum(lack, 0) * use / w.pad_unit)[..., None]], axis=2)
        J = J.reshape(count, fingers * 4, 6 + m)
        r = r.reshape(count, fingers * 4)
        moved = Rotation.from_matrix(R @ np.swapaxes(R0, 1, 2)).as_rotvec()
        pulled = np.concatenate([p - p0, moved, x - q0], axis=1) * prior**2
        g = np.einsum("nri,nr->ni", J, r) + pulled
        H = np.swapaxes(J, 1, 2) @ J
        H[:, np.arange(6 + m), np.arange(6 + m)] += prior**2 + 1e-2
        step = np.zeros_like(g)
        step[:, first:] = -np.linalg.solve(H[:, first:, first:], g[:, first:, None])[..., 0]
        longest = np.maximum(np.abs(step[:, 6:]).max(axis=1) / 0.4, np.abs(step[:, :3]).max(axis=1) / 0.03)
        step /= np.maximum(longest, 1.0)[:, None]
        p = p + step[:, :3]
        R = Rotation.from_rotvec(step[:, 3:6]).as_matrix() @ R if move_hand else R
        x = np.clip(x + step[:, 6:], hand.lower, hand.upper)
    c, a = hand.tips(x)
    tip = np.einsum("nij,nfj->nfi", R, c) + p[:, None]
    off = np.linalg.norm(tip - wanted, axis=2) * use
    cosine = np.where(targets.used, -np.einsum("nij,nfj,nfi->nf", R, a, targets.normals), 1.0)
    solved = (off.max(axis=1) <= w.tolerance_m) & (cosine.min(axis=1) >= w.pad_cosine - 0.1)
    return ContactSolution(R_object_hand=R, p_object_hand=p, q=x, tip_error_m=off, pad_cosine=cosine, solved=solved)


def _cross_matrix(v: FloatArray) -> FloatArray:
    """Return [v]x (..., 3, 3)."""
    result = np.zeros((*v.shape, 3))
    result[..., 0, 1], result[..., 0, 2], result[..., 1, 2] = -v[..., 2], v[..., 1], -v[..., 0]
    result[..., 1, 0], result[..., 2, 0], result[..., 2, 1] = v[..., 2], -v[..., 1], v[..., 0]
    return result
