"""The nearest place of the manipulated object for which there is a motion, where there is none as asked."""

from time import perf_counter

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.impasse import NoPlan
from skillc.runtime.planning.plan import MotionPlanner, PlannedMotion
from skillc.runtime.planning.task import turned

RINGS_M = (0.02, 0.04, 0.07, 0.11, 0.16, 0.22, 0.3, 0.4)
"""ours: distances tried, each a third farther than the one before."""
DIRECTIONS = 12
"""ours: every 30 deg."""
YAWS_RAD = tuple(np.deg2rad([-90.0, -60.0, -30.0, 30.0, 60.0, 90.0, 180.0]).tolist())
"""ours: turns tried in place first; they cost nothing to somebody who stands at the table."""


def nearest_feasible(
    planner: MotionPlanner, asked: Arrangement, *, patience_s: float, seed: int = 0
) -> PlannedMotion | None:
    """Return the motion for the nearest place for which one is found within `patience_s`, None if there is none.

    The object is turned in place first, then moved, on rings of growing radius, at last to where it was shown. Where a
    slid object is to end stays as it was asked for.
    """
    until = perf_counter() + patience_s
    shown = asked.standing(np.asarray(planner.cell.twin.manipulated.T_table_object))
    places = [*_turned_in_place(planner, asked), *_around(planner, asked), shown]
    for place in places:
        if perf_counter() > until:
            return None
        try:
            return planner.plan(place, seed=seed)
        except NoPlan:
            continue
    return None


def _turned_in_place(planner: MotionPlanner, asked: Arrangement) -> list[Arrangement]:
    if planner.cell.twin.manipulated.symmetry == "z":
        return []
    yaws = sorted(YAWS_RAD, key=abs)
    return [asked.standing(T) for T in turned(asked.T_table_manip, np.array(yaws))]


def _around(planner: MotionPlanner, asked: Arrangement) -> list[Arrangement]:
    half, middle = np.array(planner.cell.twin.table_half_size_m), np.array(planner.cell.twin.table_center_m)
    angles = np.linspace(0.0, 2 * np.pi, DIRECTIONS, endpoint=False)
    offsets: list[FloatArray] = [r * np.array([np.cos(a), np.sin(a)]) for r in RINGS_M for a in angles]
    shifted = [asked.shifted(float(x), float(y)) for x, y in offsets]
    return [place for place in shifted if np.all(np.abs(place.T_table_manip[:2, 3] - middle) <= half)]
