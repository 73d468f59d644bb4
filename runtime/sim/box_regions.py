"""Boxes around things, for what keeps away from them without a simulator."""

from collections.abc import Sequence

import mujoco
import numpy as np

from skillc.runtime.formats.collision_model import BoxRegion
from skillc.runtime.sim.world import World


def box_regions(world: World, names: Sequence[str]) -> tuple[BoxRegion, ...]:
    """Return the box around each object's colliding geometry, along the object's axes, where it was compiled."""
    data = mujoco.MjData(world.model)
    mujoco.mj_kinematics(world.model, data)
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    found = []
    for name in names:
        body = data.body(f"object/{name}")
        R = body.xmat.reshape(3, 3)
        corners = []
        for g in world.object_geoms[name]:
            box = world.model.geom_aabb[g]
            at = data.geom_xpos[g] + (box[:3] + signs * box[3:]) @ data.geom_xmat[g].reshape(3, 3).T
            corners.append((at - body.xpos) @ R)
        low, high = np.concatenate(corners).min(axis=0), np.concatenate(corners).max(axis=0)
        T = np.eye(4)
        T[:3, :3], T[:3, 3] = R, body.xpos + R @ ((low + high) / 2)
        found.append(BoxRegion(name=name, T_table_box=T, half_m=tuple(((high - low) / 2).tolist())))
    return tuple(found)
