"""Where on the object the hand acts in the refined motion: the place it keeps to on an object of another size."""

import copy

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.geometry import se3
from skillc.runtime.sim.world import World

NEAR_M = 0.02
"""ours: parts of the hand that are farther from the object than this do not act on it."""
ALIKE_M = 0.005
"""ours: by which other parts may be farther than the nearest; a planned fingertip stands off by a few millimetres."""


def contact_place(world: World, name: str, reference: Reference) -> FloatArray | None:
    """Return the mean of the places (3,), m, object frame, where the closed hand is at or next to object `name`.

    None where it is nowhere near.

    Args:
        world: the scene as the motion was refined in, the object where it stands before it is touched.
        name: of the object.
        reference: the refined motion, with an anchor `contact`.
    """
    model = copy.copy(world.model)
    model.geom_margin[list(world.object_geoms[name])] = NEAR_M
    model.body_margin[world.object_body[name]] = NEAR_M
    data = mujoco.MjData(model)
    data.qpos[world.joint_qpos] = reference.qpos[_closed(reference)]
    mujoco.mj_kinematics(model, data)
    mujoco.mj_collision(model, data)
    hand, thing = set(world.hand_geoms), set(world.object_geoms[name])
    pairs = [set(pair) for pair in data.contact.geom[: data.ncon].tolist()]
    own = np.array([bool(pair & hand) and bool(pair & thing) for pair in pairs], dtype=np.bool_)
    if not own.any():
        return None
    distance, place = data.contact.dist[: data.ncon][own], data.contact.pos[: data.ncon][own]
    acting = place[distance <= distance.min() + ALIKE_M]
    at = world.object_qpos[name]
    T = se3.from_parts(data.xmat[world.object_body[name]].reshape(3, 3), data.qpos[at : at + 3])
    return np.asarray(se3.apply(se3.inverse(T), acting).mean(axis=0))


def _closed(reference: Reference) -> int:
    """Return the sample at which the hand has done closing; of a hand that does not close, that of its contact."""
    closed = int(np.searchsorted(reference.phase, PHASES.index("track"))) - 1
    contact = int(reference.anchor_index[reference.anchor_name.index("contact")])
    return max(closed, contact)
