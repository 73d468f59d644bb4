"""What a picture says about an object that is believed to be at a pose: shown, hidden, or seen through."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.sight.known_shape import KnownShape
from skillc.runtime.sight.sighting import Sighting

TOLERANCE_M = 0.012
"""ours: of depth against the surface believed there; six times the noise at a metre, and a fitted shape's error."""
LEAST_COSINE = 0.15
"""ours: surfaces seen at a flatter angle than 8 deg give no depth to rely on."""


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """Shares of the surface that faces the camera and lies in the picture."""

    shown: float
    """Measured where it is believed to be."""
    hidden: float
    """Behind something nearer: a hand, another object, its own rim."""
    seen_through: float
    """The picture shows what is behind: it is not there."""
    counted: int
    """Surface points that were compared."""

    @property
    def contradicted(self) -> float:
        """Share of what could be shown that is seen through."""
        return self.seen_through / max(self.shown + self.seen_through, 1e-9)


def compared(sighting: Sighting, shape: KnownShape, T_table_object: FloatArray, scale: float) -> Likeness:
    """Return how a picture compares with an object `scale` times as large at a pose (4, 4)."""
    R, p = T_table_object[:3, :3], T_table_object[:3, 3]
    placed, normals = scale * shape.points @ R.T + p, shape.normals @ R.T
    ray = sighting.eye - placed
    facing = np.einsum("ij,ij->i", normals, ray) > LEAST_COSINE * np.linalg.norm(ray, axis=1)
    own, near, far = sighting.depths_around(placed[facing])
    known = np.isfinite(near)
    count = max(int(known.sum()), 1)
    with np.errstate(invalid="ignore"):
        through = float((own < near - TOLERANCE_M)[known].sum()) / count
        hidden = float((own > far + TOLERANCE_M)[known].sum()) / count
    return Likeness(
        shown=max(0.0, 1.0 - through - hidden) if known.any() else 0.0,
        hidden=hidden,
        seen_through=through,
        counted=int(known.sum()),
    )


def surface_distance(shape: KnownShape, T_table_object: FloatArray, scale: float, points: FloatArray) -> FloatArray:
    """Return how far points (N, 3), table frame, are from an object's surface (N,), m, up to its sampling."""
    inside = (points - T_table_object[:3, 3]) @ T_table_object[:3, :3] / scale
    found, _ = shape.tree.query(inside)
    return np.asarray(scale * found)
