"""The blend of A.2.2, which starts and stops without a step in velocity or acceleration (Eq. 2)."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray


def smoothstep(s: FloatArray) -> FloatArray:
    """Return 6 s^5 - 15 s^4 + 10 s^3 with s clipped to [0, 1] (Eq. 2)."""
    s = np.clip(np.asarray(s, dtype=np.float64), 0.0, 1.0)
    value: FloatArray = s**3 * (s * (6.0 * s - 15.0) + 10.0)
    return value
