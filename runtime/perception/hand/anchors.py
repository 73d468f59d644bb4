"""What ties the hand to the world: the table below it, the object it holds, and depth readings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.perception.hand.bones import TIPS
from skillc.runtime.perception.hand.bundle import JOINTS, JointTerms
from skillc.runtime.perception.hand.carry import CarriedHand

Distance = Callable[[FloatArray], FloatArray]
"""Points (N, 3) in the object frame -> signed distances (N,) to its surface, m, negative inside."""


@dataclass(frozen=True, kw_only=True)
class AnchorParameters:
    """Standard deviations and sizes of the anchors."""

    finger_radius_m: float
    """From a joint to the skin."""
    contact_sigma_m: float
    """Of a fingertip's distance to the surface it touches."""
    clearance_sigma_m: float
    """Of how far a joint may be below the table or inside the object."""
    depth_sigma_m: float
    """Of a depth reading at a joint."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """The object while it is held or pushed."""

    frames: BoolArray
    """(T,) True from contact to release."""
    carried: BoolArray
    """(T,) True while hand and object move as one: from contact to interaction."""
    T_camera_object: FloatArray
    """(T, 4, 4)."""
    position_sigma_m: FloatArray
    """(T,)."""
    distance: Distance
    opposed: bool
    """The thumb and a finger touch (a grasp), or only the nearest fingertip (a push, a pull)."""


def table_terms(X: FloatArray, T_camera_table: FloatArray, parameters: AnchorParameters) -> JointTerms:
    """Return terms that keep all joints' skin above the table plane."""
    T_table_camera = se3.inverse(T_camera_table)
    up = T_table_camera[2, :3]
    height = X @ up + T_table_camera[2, 3] - parameters.finger_radius_m
    gradient = np.broadcast_to(up, (*height.shape, 3))
    return _keep_out(height, gradient, np.full(height.shape, parameters.clearance_sigma_m), parameters)


def _keep_out(gap: FloatArray, gradient: FloatArray, sigma: FloatArray, parameters: AnchorParameters) -> JointTerms:
    """Return one-sided terms for gaps (T, 21) that should not be negative.

    The residual is a softened hinge: with a sharp one, joints in contact switch their term on and off at every step
    and the solver never settles.
    """
    soft = 0.5 * parameters.clearance_sigma_m
    frame, joint = np.nonzero(gap < 4 * soft)
    scaled = gap[frame, joint] / soft
    return JointTerms(
        frame=frame,
        joint=joint,
        value=-soft * np.logaddexp(0.0, -scaled),
        gradient=gradient[frame, joint] / (1 + np.exp(scaled))[:, None],
        sigma=sigma[frame, joint],
    )


def contact_terms(X: FloatArray, contact: Contact, parameters: AnchorParameters) -> JointTerms:
    """Return terms for touching fingertips, and for joints inside the object in any frame."""
    distance, gradient = _distances(X, contact)
    gap = distance - parameters.finger_radius_m
    rows = np.flatnonzero(contact.frames)
    touch = _touching(gap[rows], contact.opposed, parameters.contact_sigma_m)
    row, joint = np.nonzero(touch > 0.01)
    frame = rows[row]
    touching = JointTerms(
        frame=frame,
        joint=joint,
        value=gap[frame, joint],
        gradient=gradient[frame, joint],
        sigma=np.hypot(parameters.contact_sigma_m, contact.position_sigma_m[frame]) / np.sqrt(touch[row, joint]),
    )
    sigma = np.hypot(parameters.clearance_sigma_m, contact.position_sigma_m)
    return JointTerms.join([touching, _keep_out(gap, gradient, np.repeat(sigma[:, None], 21, axis=1), parameters)])


def _touching(gap: FloatArray, opposed: bool, scale: float) -> FloatArray:
    """Return how much (F, 21) each fingertip is the one that touches; the nearest one most, in sum one per side."""
    touch = np.zeros(gap.shape)
    sides = (TIPS[:1], TIPS[1:]) if opposed else (TIPS,)
    for side in sides:
        tips = list(side)
        nearness = -np.abs(gap[:, tips]) / scale
        likely = np.exp(nearness - nearness.max(axis=1, keepdims=True))
        touch[:, tips] = likely / likely.sum(axis=1, keepdims=True)
    return touch


def depth_terms(X: FloatArray, reading_m: FloatArray, parameters: AnchorParameters) -> JointTerms:
    """Return terms for depth readings (T, 21) at the joints' pixels, NaN where there is none.

    The camera sees the skin, which lies a finger's radius in front of the joint.
    """
    value = X[..., 2] - (reading_m + parameters.finger_radius_m)
    frame, joint = np.nonzero(np.isfinite(value))
    return JointTerms(
        frame=frame,
        joint=joint,
        value=value[frame, joint],
        gradient=np.broadcast_to([0.0, 0.0, 1.0], (len(frame), 3)),
        sigma=np.full(len(frame), parameters.depth_sigma_m),
    )


def carried_terms(X: FloatArray, carried: CarriedHand) -> JointTerms:
    """Return terms for joints of X (T, 21, 3), camera frame, whose depth follows from being carried along.

    Each frame counts by itself although a joint's error is common to all: the apparent size, which these terms have
    to outweigh, errs alike for as long as a posture lasts and is counted frame by frame as well.
    """
    known = np.isfinite(carried.depth_m) & np.isfinite(carried.sigma_m)
    frame, joint = np.nonzero(known)
    return JointTerms(
        frame=frame,
        joint=joint,
        value=(X[..., 2] - carried.depth_m)[frame, joint],
        gradient=np.broadcast_to([0.0, 0.0, 1.0], (len(frame), 3)),
        sigma=carried.sigma_m[joint],
    )


def contact_cost(X: FloatArray, contact: Contact, parameters: AnchorParameters) -> float:
    """Return the robust cost of all contact terms; finite wherever the hand is."""
    terms = contact_terms(X, contact, parameters)
    return float(np.log1p((terms.value / terms.sigma) ** 2 / 4).sum())


def _distances(X: FloatArray, contact: Contact) -> tuple[FloatArray, FloatArray]:
    """Return distances (T, 21) to the object's surface and their gradients (T, 21, 3) in camera axes."""
    T_object_camera = se3.inverse(contact.T_camera_object)
    local = np.einsum("tij,tkj->tki", T_object_camera[:, :3, :3], X) + T_object_camera[:, None, :3, 3]
    flat = local.reshape(-1, 3)
    step = 1e-3
    offsets = np.concatenate([np.zeros((1, 3)), step * np.eye(3), -step * np.eye(3)])
    values = contact.distance((flat[None] + offsets[:, None]).reshape(-1, 3)).reshape(7, -1)
    slope = ((values[1:4] - values[4:7]) / (2 * step)).T.reshape(len(X), JOINTS, 3)
    # A row vector in object axes times R_object_camera is the row vector in camera axes.
    gradient = np.einsum("tki,tij->tkj", slope, T_object_camera[:, :3, :3])
    return values[0].reshape(len(X), JOINTS), gradient
