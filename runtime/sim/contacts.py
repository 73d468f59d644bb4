"""Who presses on whom, and how hard, in one simulator state."""

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import IntArray
from skillc.runtime.sim.contact_summary import NOTHING, PRESSINGS, ContactSummary
from skillc.runtime.sim.world import World

ARM, HAND, MANIPULATED, TARGET, OBSTACLE, TABLE, OTHER = 1, 2, 3, 4, 5, 6, 0
_NAMES = {ARM: "arm", HAND: "hand", MANIPULATED: "object", TARGET: "target", OBSTACLE: "obstacle", TABLE: "table"}
_ROBOT, _PRESSED = (ARM, HAND), (MANIPULATED, TARGET, OBSTACLE, TABLE)
_COUNTS = np.zeros((len(_NAMES) + 1, len(_NAMES) + 1), dtype=np.bool_)
"""Whether a contact of two classes counts: self-contact presses on nothing outside the robot."""
for _mine in _ROBOT:
    _COUNTS[_mine, _PRESSED] = _COUNTS[_PRESSED, _mine] = True


def geom_classes(world: World, manipulated: str) -> IntArray:
    """Return for every geom of the model which class it belongs to."""
    classes = np.full(world.model.ngeom, OTHER, dtype=np.int64)
    classes[list(world.arm_geoms)] = ARM
    classes[list(world.hand_geoms)] = HAND
    for name, geoms in world.object_geoms.items():
        other = TARGET if name == world.target else OBSTACLE
        classes[list(geoms)] = MANIPULATED if name == manipulated else other
    classes[world.table_geom] = TABLE
    return classes


def summarize_contacts(model: mujoco.MjModel, data: mujoco.MjData, classes: IntArray) -> ContactSummary:
    """Sum up the contacts of `data`; `classes` comes from `geom_classes`."""
    geoms = data.contact.geom
    kinds = classes[geoms]
    counting = np.flatnonzero(_COUNTS[kinds[:, 0], kinds[:, 1]])
    if not len(counting):
        return NOTHING
    hand_object = scene = deepest = 0.0
    touches = False
    squeezing: dict[int, float] = {}
    per_link: dict[tuple[str, int], float] = {}
    wrench = np.zeros(6)
    for i in counting.tolist():
        mine = 0 if kinds[i, 0] in _ROBOT else 1
        own, other = int(kinds[i, mine]), int(kinds[i, 1 - mine])
        mujoco.mj_contactForce(model, data, i, wrench)
        force = float(np.linalg.norm(wrench[:3]))
        link = int(model.geom_bodyid[geoms[i, mine]])
        if own == HAND and other == MANIPULATED:
            hand_object += force
            squeezing[link] = squeezing.get(link, 0.0) + force
            touches = touches or force > 0.0
            deepest = max(deepest, -float(data.contact.dist[i]))
            continue
        if other in (TARGET, OBSTACLE):
            scene += force
        what = (f"{_NAMES[own]}-{_NAMES[other]}", link)
        per_link[what] = per_link.get(what, 0.0) + force
    pressing = dict.fromkeys(PRESSINGS, 0.0)
    for (name, _), force in per_link.items():
        pressing[name] = max(pressing[name], force)
    return ContactSummary(
        hand_object_force=hand_object,
        unsafe_force=_unsafe(per_link),
        scene_force=scene,
        pressing=pressing,
        squeeze_force=max(squeezing.values(), default=0.0),
        penetration=deepest,
        touches=touches,
    )


def _unsafe(per_link: dict[tuple[str, int], float]) -> float:
    """Return the largest force on one arm link, from all that it presses on, or of one hand link on the table."""
    links: dict[int, float] = {}
    for (what, body), force in per_link.items():
        if what.startswith("arm-") or what == "hand-table":
            links[body] = links.get(body, 0.0) + force
    return max(links.values(), default=0.0)
