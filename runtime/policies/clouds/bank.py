"""The bank: canonical clouds of an object at its own size, drawn once and used in turn by all samples (A.3.1)."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.cell.surface import object_surface
from skillc.runtime.policies.clouds.farthest import farthest_points
from skillc.runtime.sim.world import World

CANDIDATES = 4
"""ours: random surface points per point kept, enough for farthest-point sampling to even them out."""
POOL = 16
"""ours: surface points drawn once per point of a cloud; each cloud chooses among a random quarter of them."""


def cloud_bank(world: World, name: str, *, clouds: int, points: int, rng: np.random.Generator) -> FloatArray:
    """Return the clouds (K, P, 3), m, of object `name` in its own frame.

    Args:
        world: where the object was compiled at its own size.
        name: of the object.
        clouds: K.
        points: P of each.
        rng: of the draws.
    """
    pool = surface_points(world.model, world.object_geoms[name], POOL * points, rng)
    drawn = []
    for _ in range(clouds):
        some = pool[rng.permutation(len(pool))[: CANDIDATES * points]]
        drawn.append(some[farthest_points(some, points)])
    return np.stack(drawn)


def surface_points(model: mujoco.MjModel, geoms: tuple[int, ...], least: int, rng: np.random.Generator) -> FloatArray:
    """Return at least `least` random points (N, 3) of the outer surface; what lies inside another part is no surface.

    Raises:
        ValueError: next to nothing of the parts is outside.
    """
    found, count = np.zeros((0, 3)), least
    for _ in range(6):
        found = np.concatenate([found, object_surface(model, geoms, count=count, rng=rng).points])
        if len(found) >= least:
            return found
        count = 2 * (least - len(found))
    raise ValueError(f"only {len(found)} of {least} points lie on an outer surface")
