"""From 21 human hand joints to what the robot's hand has to reach (A.1.2, Eq. 1): four fingertips and the wrist."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.geometry.se3 import from_parts

WRIST, INDEX_KNUCKLE, MIDDLE_KNUCKLE, LITTLE_KNUCKLE = 0, 5, 9, 17
TIPS = (4, 8, 12, 16)
"""thumb, index, middle, ring; the little finger has no counterpart."""
MIDDLE_FINGER = (9, 10, 11, 12)
FLIP_WINDOW = 10
"""ours: a third of a second at 30 Hz to either side; flips of the palm's direction last a few frames."""
FLIP_ANGLE = 0.8
"""ours: rad; more than a hand turns in a third of a second while it reaches for something."""


@dataclass(frozen=True, kw_only=True)
class HandGoals:
    """Goals of every frame in the table frame; frames without a hand repeat or join their neighbours."""

    tips_table_m: FloatArray
    """(T, 4, 3) thumb, index, middle, ring."""
    T_table_wrist: FloatArray
    """(T, 4, 4) x from wrist to middle knuckle, z out of the palm."""
    seen: BoolArray
    """(T,) False where the frame was filled."""


def hand_goals(
    hand: HandMotion, *, robot_reach_m: float, window: int = FLIP_WINDOW, largest_angle: float = FLIP_ANGLE
) -> HandGoals:
    """Return the goals of every frame.

    Fingertips are the human's own: contact happens there, so they are not scaled (A.1.2). The robot's hand is longer;
    the wrist goal is therefore moved back along the hand by the difference of lengths (the "fixed amount" of A.1.2),
    so that straight fingers of both end at the same place.

    Args:
        hand: joints in the table frame.
        robot_reach_m: wrist site to middle fingertip of the robot with straight fingers.
        window: frames to either side that a palm's direction is compared with.
        largest_angle: rad; farther from their common direction, the frame is an estimator's flip and is filled.

    Raises:
        ValueError: no frame has a hand.
    """
    joints = hand.joints_table_m
    seen = np.asarray(np.isfinite(joints).all(axis=(1, 2)))
    if not seen.any():
        raise ValueError("no frame has a hand")
    seen[seen] = steady(wrist_rotation(joints[seen], handedness=hand.handedness), window, largest_angle)
    R = wrist_rotation(joints[seen], handedness=hand.handedness)
    offset = hand_length(joints[seen]) - robot_reach_m
    wrist = joints[seen, WRIST] + offset * R[:, :, 0]
    frames = np.arange(len(joints), dtype=np.float64)
    at = frames[seen]
    clipped = np.clip(frames, at[0], at[-1])
    R_all = np.repeat(R, len(frames), axis=0) if len(at) == 1 else _slerp(at, R, clipped)
    tips = _between(at, joints[seen][:, TIPS], clipped)
    return HandGoals(tips_table_m=tips, T_table_wrist=from_parts(R_all, _between(at, wrist, clipped)), seen=seen)


def steady(R: FloatArray, window: int, largest_angle: float) -> BoolArray:
    """Mark the rotations R (T, 3, 3) that are near the medoid of their neighbourhood of `window` frames each side."""
    traces = np.einsum("aij,bij->ab", R, R)
    angles = np.arccos(np.clip((traces - 1) / 2, -1.0, 1.0))
    count = len(R)
    near = np.abs(np.subtract.outer(np.arange(count), np.arange(count))) <= window
    kept = np.empty(count, dtype=np.bool_)
    for k in range(count):
        around = np.flatnonzero(near[k])
        medoid = around[angles[np.ix_(around, around)].sum(axis=1).argmin()]
        kept[k] = angles[k, medoid] <= largest_angle
    return kept


def wrist_rotation(joints: FloatArray, *, handedness: str) -> FloatArray:
    """Return R (T, 3, 3) of the frame spanned by the wrist-to-middle-knuckle axis and the palm normal.

    Args:
        joints: (T, 21, 3) finite.
        handedness: "right" or "left"; z points out of the palm for both.
    """
    x = _unit(joints[:, MIDDLE_KNUCKLE] - joints[:, WRIST])
    to_index = joints[:, INDEX_KNUCKLE] - joints[:, WRIST]
    to_little = joints[:, LITTLE_KNUCKLE] - joints[:, WRIST]
    normal = np.cross(to_index, to_little) * (1.0 if handedness == "right" else -1.0)
    z = _unit(normal - np.sum(normal * x, axis=1, keepdims=True) * x)
    return np.stack([x, np.cross(z, x), z], axis=2)


def hand_length(joints: FloatArray) -> float:
    """Return the median length (m) wrist - knuckle - ... - tip of the middle finger, as if straight."""
    chain = joints[:, (WRIST, *MIDDLE_FINGER)]
    return float(np.median(np.linalg.norm(np.diff(chain, axis=1), axis=2).sum(axis=1)))


def _between(at: FloatArray, values: FloatArray, wanted: FloatArray) -> FloatArray:
    flat = values.reshape(len(values), -1)
    columns = [np.interp(wanted, at, flat[:, k]) for k in range(flat.shape[1])]
    return np.stack(columns, axis=1).reshape(len(wanted), *values.shape[1:])


def _slerp(at: FloatArray, R: FloatArray, wanted: FloatArray) -> FloatArray:
    turned: FloatArray = Slerp(at, Rotation.from_matrix(R))(wanted).as_matrix()
    return turned


def _unit(v: FloatArray) -> FloatArray:
    unit: FloatArray = v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)
    return unit
