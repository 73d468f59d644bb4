"""Distances of capsules from each other, from boxes and from the table, many at once."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray

BEAD_M = 0.01
"""ours: m between the balls that stand for a capsule against boxes; they reach 0.6 mm beyond one of 2 cm radius."""


def segment_distance(p: FloatArray, p_end: FloatArray, q: FloatArray, q_end: FloatArray) -> FloatArray:
    """Return the distance (...,) in metres between the lines p..p_end and q..q_end, each (..., 3).

    The nearest points on two endless lines are clamped to one, then the other's nearest point is found again, which is
    exact for two segments (C. Ericson, Real-Time Collision Detection, 5.1.9).
    """
    d, e, r = p_end - p, q_end - q, p - q
    a, b, f = _dot(d, d), _dot(e, e), _dot(e, r)
    c, g = _dot(d, r), _dot(d, e)
    tiny = 1e-12
    safe_a, safe_b = np.maximum(a, tiny), np.maximum(b, tiny)
    det = a * b - g * g
    # Parallel lines have no single nearest point: any will do.
    s = np.where(det > 1e-9 * safe_a * safe_b, np.clip((g * f - c * b) / np.maximum(det, tiny), 0.0, 1.0), 0.0)
    s = np.where(a > tiny, s, 0.0)
    t = np.where(b > tiny, (g * s + f) / safe_b, 0.0)
    clamped = np.clip(t, 0.0, 1.0)
    again = np.where(a > tiny, np.clip((clamped * g - c) / safe_a, 0.0, 1.0), 0.0)
    s = np.where((t == clamped) & (b > tiny), s, again)
    gap: FloatArray = r + s[..., None] * d - clamped[..., None] * e
    distance: FloatArray = np.sqrt(_dot(gap, gap))
    return distance


def box_distance(points: FloatArray, half: FloatArray) -> FloatArray:
    """Return the distance (...,) of points (..., 3) in a box's frame from its surface, m, negative inside."""
    beyond = np.abs(points) - half
    outside = np.sqrt(np.sum(np.maximum(beyond, 0.0) ** 2, axis=-1))
    distance: FloatArray = outside + np.minimum(np.max(beyond, axis=-1), 0.0)
    return distance


def beads(start: FloatArray, end: FloatArray, radius: float) -> tuple[FloatArray, float]:
    """Return centres (K, 3) and radius, m, of balls that together cover a capsule from start to end (3,)."""
    count = int(np.ceil(np.linalg.norm(end - start) / BEAD_M)) + 1
    centres = np.linspace(start, end, count) if count > 1 else start[None]
    apart = np.linalg.norm(end - start) / max(count - 1, 1)
    return centres, float(np.hypot(radius, apart / 2))


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    product: FloatArray = np.einsum("...i,...i->...", a, b)
    return product
