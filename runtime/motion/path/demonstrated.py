"""The demonstrated hand: what retargeting made of the person's motion, and how it is led through anchors (A.2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.path.interpolation import smoothstep


@dataclass(frozen=True, kw_only=True)
class DemonstratedHand:
    """The retargeted hand in every frame of the recording."""

    T_table_hand: FloatArray
    """(T, 4, 4)."""
    fingers: FloatArray
    """(T, m) rad."""

    def fingers_at(self, frame: FloatArray) -> FloatArray:
        """Return the finger joints (N, m) at frames (N,), which may lie between frames."""
        every = np.arange(len(self.fingers))
        columns = [np.interp(frame, every, joint) for joint in self.fingers.T]
        return np.stack(columns, axis=1)

    def smoothed(self, sigma: float) -> "DemonstratedHand":
        """Average every pose and posture with a Gaussian window of `sigma` frames: the smoothing pass of A.2.2."""
        frames = np.arange(len(self.fingers))
        near = np.exp(-0.5 * ((frames[:, None] - frames) / max(sigma, 1e-3)) ** 2)
        turns = Rotation.from_matrix(self.T_table_hand[:, :3, :3])
        R = np.array([turns.mean(weights=w + 1e-12).as_matrix() for w in near])
        p = gaussian_filter1d(self.T_table_hand[:, :3, 3], max(sigma, 1e-3), axis=0, mode="nearest")
        return DemonstratedHand(
            T_table_hand=se3.from_parts(R, p),
            fingers=gaussian_filter1d(self.fingers, max(sigma, 1e-3), axis=0, mode="nearest"),
        )


@dataclass(frozen=True, kw_only=True)
class PinnedPose:
    """A hand pose that refinement puts in the place of the demonstrated one."""

    frame: float
    T_table_hand: FloatArray
    """(4, 4)."""


def corrected(T_shown: FloatArray, frame: FloatArray, pins: Sequence[PinnedPose]) -> FloatArray:
    """Lead demonstrated poses (K, 4, 4), taken at ascending frames (K,), through the pinned ones.

    The correction is the palm pose error of A.2.2, the position error and the axis-angle of R* R^T. At a pin it makes
    up for all of it; between two pins it blends by the smoothstep (Eq. 2) from one to the other, and before the first
    and after the last it stays.
    """
    errors = np.array([se3.difference(pin.T_table_hand, poses_of(T_shown, frame, pin.frame)) for pin in pins])
    at = np.array([pin.frame for pin in pins])
    k = np.clip(np.searchsorted(at, frame, side="right") - 1, 0, max(len(pins) - 2, 0))
    after = np.minimum(k + 1, len(pins) - 1)
    share = smoothstep((frame - at[k]) / np.maximum(at[after] - at[k], 1e-9))[:, None]
    error = (1.0 - share) * errors[k] + share * errors[after]
    R = Rotation.from_rotvec(error[:, 3:]).as_matrix() @ T_shown[:, :3, :3]
    return se3.from_parts(R, T_shown[:, :3, 3] + error[:, :3])


def poses_of(T: FloatArray, frame: FloatArray, wanted: float) -> FloatArray:
    """Interpolate poses (K, 4, 4) taken at ascending frames (K,) at frame `wanted`: (4, 4)."""
    return np.asarray(poses_at(T, np.interp([wanted], frame, np.arange(len(frame))))[0])


def poses_at(T: FloatArray, frame: FloatArray) -> FloatArray:
    """Interpolate poses (T, 4, 4) at frames (N,), which may lie between frames; the ends are held."""
    inside = np.clip(frame, 0.0, len(T) - 1.0)
    index = np.minimum(inside.astype(np.int64), max(len(T) - 2, 0))
    following = np.minimum(index + 1, len(T) - 1)
    poses = [se3.interpolate(T[i], T[j], float(s - i)) for i, j, s in zip(index, following, inside)]
    return np.array(poses).reshape(-1, 4, 4)
