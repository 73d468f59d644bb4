"""Fingertip forces that hold an object still, and the joint targets that press with them."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.motion.kinematics.hand_model import HandModel

EDGES = 8
"""ours: edges of the pyramid inscribed in each friction cone."""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Forces on the object, object frame."""

    forces: FloatArray
    """(F, 3) N, by each fingertip; zero where unused."""
    residual: float
    """Unbalanced wrench over the thumb's force (torques over the lever arm)."""


def balance_forces(
    points: FloatArray,
    normals: FloatArray,
    used: BoolArray,
    *,
    friction: float,
    thumb_force: float,
    weight: float,
    centre: FloatArray,
    lever_m: float,
) -> Balance:
    """Find forces inside the friction cones that carry the weight with no torque, the thumb pressing `thumb_force`.

    Non-negative least squares over the edges of inscribed pyramids; a small ridge spreads the load over the fingers.

    Args:
        points: (F, 3) contact points, object frame.
        normals: (F, 3) outward.
        used: (F,) fingers in contact, thumb first.
        friction: Coulomb coefficient.
        thumb_force: N, normal force of the first used finger.
        weight: N, along -z.
        centre: (3,) centre of mass.
        lever_m: length that makes torques comparable with forces.
    """
    index = np.flatnonzero(used)
    columns, owner = [], []
    for f in index:
        n = -normals[f]
        s = np.cross(n, [1.0, 0, 0] if abs(n[0]) < 0.7 else [0, 1.0, 0])
        s /= np.linalg.norm(s)
        t = np.cross(n, s)
        for k in range(EDGES):
            angle = 2 * np.pi * k / EDGES
            columns.append(n + friction * (np.cos(angle) * s + np.sin(angle) * t))
            owner.append(f)
    edges, owners = np.array(columns), np.array(owner)
    torques = np.cross(points[owners] - centre, edges) / lever_m
    thumb = np.where(owners == index[0], 1.0, 0.0)
    ridge = 0.02
    A = np.concatenate([edges.T, torques.T, 10.0 * thumb[None], ridge * np.eye(len(edges))])
    b = np.concatenate([[0, 0, weight, 0, 0, 0, 10.0 * thumb_force], np.zeros(len(edges))])
    share, _ = nnls(A, b)
    wrench = A[:6] @ share - b[:6]
    forces = np.zeros_like(points)
    np.add.at(forces, owners, share[:, None] * edges)
    return Balance(forces=forces, residual=float(np.linalg.norm(wrench) / max(thumb_force, 1e-9)))


def squeeze_targets(
    hand: HandModel, q: FloatArray, R_object_hand: FloatArray, forces_object: FloatArray, *, effort_share: float
) -> FloatArray:
    """Return joint targets (N, m): q + J^T F / kp, lighter all alike where a torque exceeds a share of its effort.

    Lighter by the same factor, forces that balance still do.

    Args:
        hand: kinematics and gains.
        q: (N, m) postures in contact.
        R_object_hand: (N, 3, 3).
        forces_object: (N, F, 3) N on the object, object frame.
        effort_share: 0..1.
    """
    _, _, J, _ = hand.tip_motion(q)
    torque = np.einsum("nfik,nfi->nk", J, forces_object @ R_object_hand)
    most = np.max(np.abs(torque) / (effort_share * hand.effort), axis=1, keepdims=True)
    torque /= np.maximum(most, 1.0)
    return np.asarray(np.clip(q + torque / hand.kp, hand.lower, hand.upper))
