"""Blends and splines that start and stop without a step in velocity or acceleration (A.2.2, Eq. 2)."""

import numpy as np
from scipy.interpolate import make_interp_spline

from skillc.runtime.formats.arrays import FloatArray


def smoothstep(s: FloatArray) -> FloatArray:
    """Return 6 s^5 - 15 s^4 + 10 s^3 with s clipped to [0, 1] (Eq. 2)."""
    s = np.clip(np.asarray(s, dtype=np.float64), 0.0, 1.0)
    value: FloatArray = s**3 * (s * (6.0 * s - 15.0) + 10.0)
    return value


def quintic_spline(times: FloatArray, knots: FloatArray, sample_times: FloatArray, order: int = 0) -> FloatArray:
    """Return a C4 quintic spline through `knots`, at rest (zero speed, zero acceleration) at both ends.

    Cubic splines were tried: their acceleration steps dominate the third difference (ours, measured).

    Args:
        times: (K,) s, increasing.
        knots: (K, n) values to pass through exactly.
        sample_times: (T,) s; held at the end values outside the range.
        order: derivative to return, 0..3.

    Returns:
        (T, n).
    """
    rest = [(1, np.zeros(knots.shape[1])), (2, np.zeros(knots.shape[1]))]
    spline = make_interp_spline(times, knots, k=5, bc_type=(rest, rest))
    inside = np.clip(sample_times, times[0], times[-1])
    value: FloatArray = spline(inside, nu=order)
    if order > 0:
        value = np.where((inside == sample_times)[:, None], value, 0.0)
    return value
