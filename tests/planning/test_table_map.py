from dataclasses import replace

import numpy as np

from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.table_map import grid, table_map


def test_the_demonstrated_place_has_a_motion_and_the_far_corner_has_none(place: MotionPlanner) -> None:
    twin = replace(place.cell.twin, table_half_size_m=(0.6, 0.6))
    found = table_map(replace(place, cell=replace(place.cell, twin=twin)), step_m=0.5)
    stood = Arrangement.of(twin).T_table_manip[:2, 3]
    at = int(np.linalg.norm(found.xy - stood, axis=1).argmin())
    assert found.binding[at] == ""
    far = int(np.linalg.norm(found.xy - place.cell.T_table_robot[:2, 3], axis=1).argmax())
    assert found.binding[far] in ("reach", "limit")
    assert 0.0 < found.share < 1.0


def test_the_grid_covers_the_table_and_holds_the_demonstrated_place(place: MotionPlanner) -> None:
    xy = grid(place, 0.1)
    twin = place.cell.twin
    assert np.all(np.abs(xy - twin.table_center_m) <= np.array(twin.table_half_size_m) + 1e-9)
    stood = np.asarray(twin.manipulated.T_table_object)[:2, 3]
    assert np.linalg.norm(xy - stood, axis=1).min() < 1e-9
    assert len(xy) >= 15 * 15
