"""The signals keyframes are read from, each over all frames of the recording."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.geometry import se3
from skillc.runtime.perception.object.carried import PALM
from skillc.runtime.perception.scene.hand_region import palm_px

TIPS = (4, 8, 12, 16, 20)
"""Fingertips in the order of `Landmarks`."""


@dataclass(frozen=True, kw_only=True)
class Signals:
    """All (T,)."""

    displacement_px: FloatArray
    """d^t of A.2.1: distance of the object's centroid from its place in the reference frame."""
    relative_px: FloatArray
    """(T, 2) r^t of A.2.1: centroid relative to the target's (to the picture without a target)."""
    speed_px: FloatArray
    """Smoothed s^t of A.2.1, px per frame at the preset's rate; while the hand is seen no more than the palm's own: an
    object does not move by itself, what it seems to move under a still hand is the estimate's jitter."""
    palm_px: FloatArray
    """(T, 2) centre of the palm; NaN without a hand."""
    height_m: FloatArray
    """Lowest point of the object above the table."""
    height_sigma_m: FloatArray
    """One standard deviation of that."""
    fingers: FloatArray
    """(T, 5, 2) fingertips relative to the object's centroid, in palm lengths; NaN without a hand."""


def signals(
    motion: ObjectMotion,
    landmarks: Landmarks,
    solid: FloatArray,
    time_s: FloatArray,
    *,
    reference: int,
    window: int,
    rate_hz: float,
) -> Signals:
    """Compute the signals.

    Args:
        motion: The object's motion.
        landmarks: Hand landmarks.
        solid: (N, 3) outline points of the object in its frame.
        time_s: (T,) frame times.
        reference: Frame in which the object is at rest.
        window: Frames of the moving average of A.2.1.
        rate_hz: Rate at which the preset counts frames.
    """
    centroid = _bridged(motion.centroid_px)
    target = _bridged(motion.target_centroid_px)
    relative = centroid - (target if np.isfinite(target).all() else 0.0)
    palm = landmarks.joints_px[:, list(PALM)].mean(axis=1)
    frames = np.maximum(np.diff(time_s) * rate_hz, 1e-3)
    step = np.hypot(*np.diff(relative, axis=0).T) / frames
    with np.errstate(invalid="ignore"):
        step = np.fmin(_averaged(step, window), _averaged(np.hypot(*np.diff(palm, axis=0).T) / frames, window))
    speed = np.concatenate([step[:1], step]) if len(step) else np.zeros(len(relative))
    tips = landmarks.joints_px[:, list(TIPS)]
    # One scale for the whole clip: the palm's own foreshortening is no motion of the fingers.
    lengths = [palm_px(j) for j in landmarks.joints_px if np.all(np.isfinite(j))]
    scale = float(np.median(lengths)) if lengths else 1.0
    return Signals(
        displacement_px=np.hypot(*(centroid - centroid[reference]).T),
        relative_px=relative,
        speed_px=speed,
        palm_px=palm,
        height_m=np.array([se3.apply(T, solid)[:, 2].min() for T in motion.T_table_object]),
        height_sigma_m=motion.position_sigma_m,
        fingers=(tips - centroid[:, None]) / scale,
    )


def _averaged(values: FloatArray, window: int) -> FloatArray:
    half = window // 2
    padded = np.pad(values, half, mode="edge")
    return np.convolve(padded, np.ones(2 * half + 1) / (2 * half + 1), mode="valid")


def _bridged(xy: FloatArray) -> FloatArray:
    """Fill NaN rows by linear interpolation; all NaN stays NaN."""
    good = np.isfinite(xy[:, 0])
    if not good.any() or good.all():
        return xy
    index = np.arange(len(xy))
    return np.stack([np.interp(index, index[good], xy[good, i]) for i in range(2)], axis=1)
