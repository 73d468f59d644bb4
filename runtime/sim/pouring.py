"""What is poured: the filling at rest before a run, and the share of it that lies in the target."""

import mujoco
import numpy as np

from skillc.runtime.sim.filling import Filled
from skillc.runtime.sim.world import World, object_pose

SETTLE_S = 1.0
"""ours: spheres that were laid an eighth of a millimetre apart come to rest in less."""
OFF_TABLE_M = 0.0005
"""ours: a sphere that lies on the table is no higher; a plate's floor is 2 mm and more."""
HEAP_RADII = 6.0
"""ours: what lies in a heap, at most so much over the target's rim."""


def settle(world: World, data: mujoco.MjData) -> None:
    """Let the filling come to rest while the robot holds its pose; the clock starts again at 0."""
    for _ in range(round(SETTLE_S / world.model.opt.timestep)):
        mujoco.mj_step(world.model, data)
    data.time = 0.0


def landed_share(world: World, filled: Filled, data: mujoco.MjData) -> float:
    """Return the share of the filling that lies in the target: over it, off the table, no higher than a heap."""
    grains = data.qpos[filled.qpos[:, None] + np.arange(3)]
    T = object_pose(world, data, filled.target)
    local = (grains - T[:3, 3]) @ T[:3, :3]
    half, top = 0.5 * filled.target_size_m[:2], float(filled.target_size_m[2])
    over = (np.abs(local[:, :2]) < half).all(axis=1) & (local[:, 2] < top + HEAP_RADII * filled.radius_m)
    return float(np.mean(over & (grains[:, 2] > filled.radius_m + OFF_TABLE_M)))
