"""Where the hand would carry a rigidly held object, from its landmarks alone.

Rough (centimetres, tens of degrees) but never hidden: it fills in what the fingers cover.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import rays
from skillc.runtime.perception.object.motion_smoothing import smooth_turns

PALM = (0, 5, 9, 13, 17)
"""Joints that move rigidly together: wrist and knuckles."""
THUMB, FINGERS = 4, (8, 12, 16, 20)
"""Tips; what a hand holds is between them."""


DISTANCE, LASTING_S = 0.1, 0.15
"""ours: relative error of a distance from a hand's apparent size, found against simulated truth for stage `hands`, and
how long it lasts: so many frames err as one."""


@dataclass(frozen=True, kw_only=True)
class CarriedObject:
    """Where a rigidly held object would be, in the table frame; NaN where no hand was seen."""

    position: FloatArray
    """(T, 3) of the object's centre, its distance from the hand's apparent size."""
    step: FloatArray
    """(T, 3) the centre's motion since the frame before, without the change of the palm's distance."""
    step_sigma: FloatArray
    """(T,) m, the part of `step` that comes from turning: as rough as it is long."""
    sight: FloatArray
    """(T, 3) unit direction of the line of sight."""
    distance_sigma: FloatArray
    """(T,) m, of `position` along it, as of a frame whose error is its own."""
    turn: FloatArray
    """(T, 3, 3) rotation of hand and object since they met, in table axes; tens of degrees rough."""


def carry(
    landmarks: Landmarks,
    calibration: Calibration,
    T_table_object: FloatArray,
    since: int,
    time_s: FloatArray,
    turn_smoothing: float,
) -> CarriedObject:
    """Carry an object held rigidly from frame `since` on along with the hand.

    The palm's direction comes from its pixels, its distance from the landmarks' spread, scaled so that at `since` the
    point between thumb and fingertips is as far away as the object. The turn is the rotation that best lays all joints
    on those at `since` (the palm alone flips where it is seen edge-on), averaged over `turn_smoothing` s.
    """
    count = len(landmarks.frame)
    position, step, sight = (np.full((count, 3), np.nan) for _ in range(3))
    turn, step_sigma, distance_sigma = np.full((count, 3, 3), np.nan), np.full(count, np.nan), np.full(count, np.nan)
    seen: BoolArray = np.asarray(np.isfinite(landmarks.joints_px).all(axis=(1, 2)))
    if seen[since]:
        T_table_camera = se3.inverse(calibration.T_camera_table)
        R_table_camera = T_table_camera[:3, :3]
        centre = se3.apply(calibration.T_camera_table, T_table_object[None, :3, 3])[0]
        palm = np.full((count, 3), np.nan)
        palm[seen] = rays(calibration.camera, landmarks.joints_px[seen][:, list(PALM)].mean(axis=1))
        size = np.array([_spread_px(landmarks, t) if seen[t] else np.nan for t in range(count)])
        shapes = landmarks.joints_relative_m - landmarks.joints_relative_m.mean(axis=1, keepdims=True)
        grip = 0.5 * (shapes[since, THUMB] + shapes[since, list(FINGERS)].mean(axis=0))
        # Hands stay within arm's reach of where they took hold: a wilder ratio is a wrong shape.
        hand_depth = (centre[2] - grip[2]) * np.clip(size[since] / np.maximum(size, 1e-6), 0.6, 1.6)
        depth = hand_depth + shapes[:, list(PALM), 2].mean(axis=1)
        rough = [Rotation.align_vectors(shapes[t], shapes[since])[0].as_matrix() for t in np.nonzero(seen)[0]]
        in_camera = np.full((count, 3, 3), np.nan)
        in_camera[seen] = smooth_turns(np.array(rough), time_s[seen], turn_smoothing)
        offset = in_camera @ (centre - palm[since] * depth[since])
        turned = np.diff(offset, axis=0)
        position[seen] = se3.apply(T_table_camera, palm[seen] * depth[seen, None] + offset[seen])
        sight[seen] = (palm[seen] / np.linalg.norm(palm[seen], axis=1, keepdims=True)) @ R_table_camera.T
        step[1:] = (np.diff(palm, axis=0) * depth[1:, None] + turned) @ R_table_camera.T
        step_sigma[1:] = np.linalg.norm(turned, axis=1)
        together = max(1.0, LASTING_S / max(float(np.median(np.diff(time_s))), 1e-3))
        distance_sigma[seen] = DISTANCE * np.sqrt(together) * depth[seen]
        turn[seen] = R_table_camera @ in_camera[seen] @ R_table_camera.T
    return CarriedObject(
        position=position,
        step=step,
        step_sigma=step_sigma,
        sight=sight,
        distance_sigma=distance_sigma,
        turn=turn,
    )


def _spread_px(landmarks: Landmarks, frame: int) -> float:
    """Return px per metre of the hand's shape seen along the optical axis (weak perspective, all joints)."""
    px = landmarks.joints_px[frame] - landmarks.joints_px[frame].mean(axis=0)
    shape = (landmarks.joints_relative_m[frame] - landmarks.joints_relative_m[frame].mean(axis=0))[:, :2]
    return float(np.sum(px * shape) / max(float(np.sum(shape**2)), 1e-12))
