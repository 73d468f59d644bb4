"""The demonstrated motion of the robot's hand: what retargeting made of the person's, frame by frame."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3


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


def poses_at(T: FloatArray, frame: FloatArray) -> FloatArray:
    """Interpolate poses (T, 4, 4) at frames (N,), which may lie between frames; the ends are held."""
    inside = np.clip(frame, 0.0, len(T) - 1.0)
    index = np.minimum(inside.astype(np.int64), max(len(T) - 2, 0))
    following = np.minimum(index + 1, len(T) - 1)
    poses = [se3.interpolate(T[i], T[j], float(s - i)) for i, j, s in zip(index, following, inside)]
    return np.array(poses).reshape(-1, 4, 4)
