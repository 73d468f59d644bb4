"""Who presses on whom, and how hard, in one simulator state."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import IntArray
from skillc.runtime.sim.contact_summary import ContactSummary
from skillc.runtime.sim.world import World

ARM, HAND, MANIPULATED, SCENE, TABLE, OTHER = 1, 2, 3, 4, 5, 0


def geom_classes(world: World, manipulated: str) -> IntArray:
    """Return for every geom of the model which class it belongs to."""
    classes = np.full(world.model.ngeom, OTHER, dtype=np.int64)
    classes[list(world.arm_geoms)] = ARM
    classes[list(world.hand_geoms)] = HAND
    for name, geoms in world.object_geoms.items():
        classes[list(geoms)] = MANIPULATED if name == manipulated else SCENE
    classes[world.table_geom] = TABLE
    return classes


def summarize_contacts(model: mujoco.MjModel, data: mujoco.MjData, classes: IntArray) -> ContactSummary:
    """Sum up the contacts of `data`; `classes` comes from `geom_classes`."""
    hand_object = scene = deepest = 0.0
    touches = False
    per_link: dict[int, float] = {}
    wrench = np.zeros(6)
    geoms = data.contact.geom[: data.ncon]
    kinds = classes[geoms]
    robot = ((kinds == ARM) | (kinds == HAND)).any(axis=1)
    for i in np.flatnonzero(robot):
        pair = {int(kinds[i, 0]), int(kinds[i, 1])}
        if pair <= {ARM, HAND}:
            continue  # Self-contact presses on nothing outside the robot.
        mujoco.mj_contactForce(model, data, int(i), wrench)
        force = float(np.linalg.norm(wrench[:3]))
        if pair == {HAND, MANIPULATED}:
            hand_object += force
            touches = touches or force > 0.0
            deepest = max(deepest, -float(data.contact.dist[i]))
            continue
        if SCENE in pair:
            scene += force
        if ARM in pair or pair == {HAND, TABLE}:
            link = geoms[i, 0] if kinds[i, 0] in (ARM, HAND) else geoms[i, 1]
            body = int(model.geom_bodyid[link])
            per_link[body] = per_link.get(body, 0.0) + force
    return ContactSummary(
        hand_object_force=hand_object,
        unsafe_force=max(per_link.values(), default=0.0),
        scene_force=scene,
        penetration=deepest,
        touches=touches,
    )
