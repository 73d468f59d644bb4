"""The points of an object that a camera follows: which of them it sees, and where their middle is."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import object_surface
from skillc.runtime.sim.world import World

POINTS = 64
"""ours: their centroid moves by less than 1 mm when twice as many are taken."""


@dataclass(frozen=True, kw_only=True)
class TrackedPoints:
    """Points on the object's surface, as the twin has it, and the camera that follows them."""

    points: FloatArray
    """(K, 3) m, object frame."""
    normals: FloatArray
    """(K, 3) outward."""
    eye: FloatArray
    """(3,) m, table frame."""

    @classmethod
    def of(cls, world: World, name: str, T_camera_table: FloatArray) -> "TrackedPoints":
        """Draw the points of object `name`; the same world gives the same points."""
        rng = np.random.default_rng(0)
        surface = object_surface(world.model, world.object_geoms[name], count=4 * POINTS, rng=rng)
        some = rng.permutation(len(surface.points))[:POINTS]
        eye = se3.inverse(T_camera_table)[:3, 3]
        return cls(points=surface.points[some], normals=surface.normals[some], eye=eye)

    @property
    def radius_m(self) -> float:
        """Root mean square distance of the points from their centroid."""
        return float(np.sqrt(((self.points - self.points.mean(axis=0)) ** 2).sum(axis=1).mean()))

    def centroid(self, T_table_object: FloatArray) -> FloatArray:
        """Return the middle (N, 3), m, table frame, of the points that face the camera at poses (N, 4, 4).

        A convex object hides nothing else of itself; where none faces the camera, all points count.
        """
        R, p = T_table_object[:, :3, :3], T_table_object[:, None, :3, 3]
        placed = self.points @ R.swapaxes(1, 2) + p
        facing = ((self.normals @ R.swapaxes(1, 2)) * (self.eye - placed)).sum(axis=2) > 0.0
        facing |= ~facing.any(axis=1, keepdims=True)
        middle: FloatArray = (placed * facing[..., None]).sum(axis=1) / facing.sum(axis=1)[:, None]
        return middle
