"""Place the relative hand shape of an estimator in front of the camera, frame by frame, for a hand of known size."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import rays
from skillc.runtime.perception.hand.bones import PALM, with_lengths


def place_hands(
    joints_px: FloatArray, joints_relative_m: FloatArray, lengths_m: FloatArray, camera: Camera
) -> FloatArray:
    """Return joints (T, 21, 3) in the camera frame, metres; NaN where there are no landmarks.

    The shape keeps the estimator's bone directions and gets bones of the given lengths. Its pose follows from the
    pixels (perspective-n-point); then every joint moves sideways onto its own pixel's ray, keeping its depth.

    Args:
        joints_px: (T, 21, 2) px.
        joints_relative_m: (T, 21, 3) camera axes.
        lengths_m: (20,) bone lengths.
        camera: intrinsics.
    """
    placed = np.full(joints_relative_m.shape, np.nan)
    distortion = np.array(camera.distortion, dtype=np.float64)
    for t in np.flatnonzero(np.isfinite(joints_px).all(axis=(1, 2))):
        shape = with_lengths(joints_relative_m[t], lengths_m)
        shape = shape - shape[list(PALM)].mean(axis=0)
        ok, rotation, translation = cv2.solvePnP(shape, joints_px[t], camera.K, distortion, flags=cv2.SOLVEPNP_SQPNP)
        if not ok:
            continue
        rotation, translation = cv2.solvePnPRefineLM(shape, joints_px[t], camera.K, distortion, rotation, translation)
        R, _ = cv2.Rodrigues(rotation)
        posed = shape @ R.T + translation.ravel()
        if posed[:, 2].min() > 0:
            placed[t] = rays(camera, joints_px[t]) * posed[:, 2:]
    return placed
