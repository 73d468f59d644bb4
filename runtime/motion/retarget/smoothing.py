"""Smoothing of sampled joint motion."""

from scipy.ndimage import gaussian_filter1d

from skillc.runtime.formats.arrays import FloatArray


def gaussian_smoothing(qpos: FloatArray, *, sigma_s: float, rate_hz: float) -> FloatArray:
    """Return qpos (T, n) filtered in time by a Gaussian of standard deviation `sigma_s` (s) (A.1.2).

    Each sample becomes a convex combination of samples, so position limits and speed limits that held still hold.
    """
    if sigma_s <= 0:
        return qpos
    smooth: FloatArray = gaussian_filter1d(qpos, sigma_s * rate_hz, axis=0, mode="nearest", truncate=3.0)
    return smooth
