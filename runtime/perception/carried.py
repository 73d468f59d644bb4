"""Where the hand would carry a rigidly held object, from its landmarks alone.

Rough (centimetres, tens of degrees) but never hidden: it fills in what the fingers cover.
"""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.geometry import se3
from skillc.runtime.perception.projection import rays

PALM = (0, 5, 9, 13, 17)
"""Joints that move rigidly together: wrist and knuckles."""


def carried_poses(landmarks: Landmarks, calibration: Calibration, T_table_object: FloatArray, since: int) -> FloatArray:
    """Return (T, 4, 4) poses of an object held rigidly from frame `since` on; NaN where no hand was seen.

    The palm's rotation comes from the relative landmarks, its direction from its pixels, its distance from their
    spread, scaled so that at `since` the hand is as far away as the object.
    """
    count = len(landmarks.frame)
    poses = np.full((count, 4, 4), np.nan)
    if not np.all(np.isfinite(landmarks.joints_px[since])):
        return poses
    T_camera_object = calibration.T_camera_table @ T_table_object
    T_table_camera = se3.inverse(calibration.T_camera_table)
    palm0 = _centred(landmarks.joints_relative_m[since])
    size0 = _spread_px(landmarks, since)
    depth0 = T_camera_object[2, 3]
    hand0 = _place(landmarks, since, calibration, depth0)
    for frame in range(count):
        if not np.all(np.isfinite(landmarks.joints_px[frame])):
            continue
        palm = _centred(landmarks.joints_relative_m[frame])
        R = kabsch(palm0, palm)
        # Hands stay within arm's reach of where they took hold: a wilder ratio is a wrong shape.
        depth = depth0 * float(np.clip(size0 / max(_spread_px(landmarks, frame), 1e-6), 0.6, 1.6))
        hand = _place(landmarks, frame, calibration, depth)
        T = np.eye(4)
        T[:3, :3] = R @ T_camera_object[:3, :3]
        # The palm's turn flips where it is seen edge-on; the object's offset from it is left as it was at the start.
        T[:3, 3] = hand + T_camera_object[:3, 3] - hand0
        poses[frame] = T_table_camera @ T
    return poses


def kabsch(source: FloatArray, goal: FloatArray) -> FloatArray:
    """Return the rotation R (3, 3) that best maps centred points (N, 3) onto others: R @ source ~ goal."""
    u, _, vt = np.linalg.svd(source.T @ goal)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(vt.T @ u.T))])
    rotation: FloatArray = vt.T @ flip @ u.T
    return rotation


def _centred(joints: FloatArray) -> FloatArray:
    palm = joints[list(PALM)]
    centred: FloatArray = palm - palm.mean(axis=0)
    return centred


def _spread_px(landmarks: Landmarks, frame: int) -> float:
    """Return px per metre of the hand's shape seen along the optical axis (weak perspective, all joints)."""
    px = landmarks.joints_px[frame] - landmarks.joints_px[frame].mean(axis=0)
    shape = (landmarks.joints_relative_m[frame] - landmarks.joints_relative_m[frame].mean(axis=0))[:, :2]
    return float(np.sum(px * shape) / max(float(np.sum(shape**2)), 1e-12))


def _place(landmarks: Landmarks, frame: int, calibration: Calibration, depth: float) -> FloatArray:
    px = landmarks.joints_px[frame][list(PALM)].mean(axis=0)
    place: FloatArray = rays(calibration.camera, px[None])[0] * depth
    return place
