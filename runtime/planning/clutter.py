"""Made-up scenes to plan in: things at other places on the table, with boxes between them (G)."""

import itertools
from dataclasses import replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.planning.arrangement import Arrangement, box_obstacle, free_names, standing_at

REACH_M = (0.3, 0.75)
"""ours: distance from the robot's base at which things are put; nearer the arm folds up, farther it is stretched."""
BOX_M = ((0.03, 0.03, 0.05), (0.1, 0.1, 0.3))
"""ours: smallest and largest box, a cup to a bottle or carton."""
GAP_M = 0.03
"""ours: between footprints, which are taken for circles."""
TRIES = 400
"""ours: draws of one place before the scene is drawn anew."""


def cluttered(
    twin: Twin, T_table_robot: FloatArray, rng: np.random.Generator, *, obstacles: int, least_gap_m: float = GAP_M
) -> Arrangement:
    """Return things at random places on the reachable part of the table, with `obstacles` boxes standing about.

    A slid object is to move as demonstrated, seen from itself. Places are drawn without asking whether there is a
    motion for them: some have none.

    Raises:
        ValueError: there is no room for so many.
    """
    base = np.asarray(T_table_robot)[:2, 3]
    for _ in range(20):
        taken = [_footprint(thing) for thing in twin.objects if thing.role == "obstacle"]
        poses: list[FloatArray | None] = []
        for thing in (twin.manipulated, twin.target):
            poses.append(None if thing is None else _placed(thing, twin, base, rng, taken, least_gap_m))
        boxes = []
        for name in itertools.islice(free_names(twin), obstacles):
            size = rng.uniform(*BOX_M)
            place = _free_place(float(np.hypot(*size[:2])) / 2, twin, base, rng, taken, least_gap_m)
            if place is None:
                break
            T = standing_at(np.eye(4), float(place[0]), float(place[1]), float(rng.uniform(-np.pi, np.pi)))
            boxes.append(box_obstacle(name, T, tuple(size.tolist())))
        if poses[0] is not None and (poses[1] is not None) == (twin.target is not None) and len(boxes) == obstacles:
            return replace(
                Arrangement.of(twin), T_table_manip=poses[0], T_table_target=poses[1], obstacles=tuple(boxes)
            )
    raise ValueError(f"there is no room for {obstacles} obstacles")


def _footprint(thing: TwinObject) -> tuple[FloatArray, float]:
    return np.asarray(thing.T_table_object)[:2, 3], float(np.hypot(*thing.size_m[:2])) / 2


def _placed(
    thing: TwinObject,
    twin: Twin,
    base: FloatArray,
    rng: np.random.Generator,
    taken: list[tuple[FloatArray, float]],
    gap_m: float,
) -> FloatArray | None:
    place = _free_place(float(np.hypot(*thing.size_m[:2])) / 2, twin, base, rng, taken, gap_m)
    if place is None:
        return None
    x, y = place.tolist()
    return standing_at(np.asarray(thing.T_table_object), x, y, float(rng.uniform(-np.pi, np.pi)))


def _free_place(
    radius: float,
    twin: Twin,
    base: FloatArray,
    rng: np.random.Generator,
    taken: list[tuple[FloatArray, float]],
    gap_m: float,
) -> FloatArray | None:
    """Return a place (2,) in reach with no footprint near it, and note it as taken."""
    middle, half = np.array(twin.table_center_m), np.array(twin.table_half_size_m) - radius
    for _ in range(TRIES):
        place = middle + rng.uniform(-half, half)
        apart = [float(np.linalg.norm(place - other)) - size for other, size in taken]
        if REACH_M[0] <= np.linalg.norm(place - base) <= REACH_M[1] and min(apart, default=np.inf) > radius + gap_m:
            taken.append((place, radius))
            return place
    return None
