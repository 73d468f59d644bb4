"""What a stereo depth camera cannot see: geometry alone, for whoever simulates one."""

import numpy as np
import numpy.typing as npt

from skillc.runtime.formats.arrays import BoolArray

BASELINE_M = 0.095
"""Of a RealSense D455, between its two imagers (datasheet)."""


def hidden_from_second_imager(disparity: npt.NDArray[np.floating]) -> BoolArray:
    """Return (H, W) bool: pixels whose point the second imager, to the right of the first, cannot see.

    The point of column x lands at column x - d of the second picture; it is hidden if one further right on the row
    lands at the same column or left of it, because that one is nearer.

    Args:
        disparity: (H, W) px.
    """
    landing = np.arange(disparity.shape[1], dtype=np.float32) - disparity
    leftmost = np.minimum.accumulate(landing[:, ::-1], axis=1)[:, ::-1]
    hidden: BoolArray = np.zeros(disparity.shape, dtype=np.bool_)
    hidden[:, :-1] = landing[:, :-1] > leftmost[:, 1:] + 0.5
    return hidden
