"""The one camera of these tests."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray


def looking_down() -> FloatArray:
    """A camera 0.45 m above the table, half a metre before its middle, pitched down 45 degrees."""
    forward = np.array([0.0, np.cos(np.pi / 4), -np.sin(np.pi / 4)])
    right = np.array([1.0, 0.0, 0.0])
    R = np.stack([right, np.cross(forward, right), forward])
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = R, -R @ np.array([0.3, -0.25, 0.45])
    return T
