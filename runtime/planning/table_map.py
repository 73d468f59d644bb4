"""The feasible share of the table: the whole skill planned for every place of a grid, not the reach of a point."""

from collections.abc import Callable

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.table_map import TableMap
from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.impasse import NoPlan
from skillc.runtime.planning.plan import MotionPlanner


def table_map(
    planner: MotionPlanner, *, step_m: float, on_place: Callable[[int, int], None] = lambda index, total: None
) -> TableMap:
    """Plan the skill for every place of a grid on the table, everything else standing as demonstrated.

    Args:
        planner: of the skill.
        step_m: of the grid.
        on_place: told number and count of places.
    """
    stood = Arrangement.of(planner.cell.twin)
    xy = grid(planner, step_m)
    binding = []
    for k, place in enumerate(xy):
        on_place(k, len(xy))
        binding.append(_binding(planner, stood.shifted(*(place - stood.T_table_manip[:2, 3]).tolist())))
    return TableMap(xy=xy, binding=tuple(binding), step_m=step_m)


def grid(planner: MotionPlanner, step_m: float) -> FloatArray:
    """Return the places (N, 2) of a grid on the table top, one of them where the object was demonstrated."""
    twin = planner.cell.twin
    middle, half = np.array(twin.table_center_m), np.array(twin.table_half_size_m)
    stood = np.asarray(twin.manipulated.T_table_object)[:2, 3]
    axes = [
        at + step_m * np.arange(np.ceil((m - h - at) / step_m), np.floor((m + h - at) / step_m) + 1)
        for at, m, h in zip(stood, middle, half)
    ]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)


def _binding(planner: MotionPlanner, arrangement: Arrangement) -> str:
    try:
        planner.plan(arrangement)
    except NoPlan as why:
        return why.impasse.constraint
    return ""
