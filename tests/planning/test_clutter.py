from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.planning.arrangement import box_obstacle, standing_at
from skillc.runtime.planning.clutter import BOX_M, GAP_M, REACH_M, cluttered
from skillc.runtime.planning.plan import MotionPlanner


def test_things_and_boxes_stand_apart_within_reach(place: MotionPlanner) -> None:
    twin, T = place.cell.twin, place.cell.T_table_robot
    for seed in range(20):
        made = cluttered(twin, T, np.random.default_rng(seed), obstacles=5)
        assert len(made.obstacles) == 5 and made.T_table_target is not None
        places = [made.T_table_manip[:2, 3], made.T_table_target[:2, 3]]
        places += [np.asarray(box.T_table_object)[:2, 3] for box in made.obstacles]
        sizes = [thing.size_m for thing in (*twin.objects, *made.obstacles)]
        radii = [float(np.hypot(*size[:2])) / 2 for size in sizes]
        for k, (at, radius) in enumerate(zip(places, radii)):
            assert REACH_M[0] <= np.linalg.norm(at - T[:2, 3]) <= REACH_M[1]
            for other, size in zip(places[:k], radii[:k]):
                assert np.linalg.norm(at - other) >= radius + size + GAP_M
        assert all(np.all(np.array(b.size_m) <= BOX_M[1]) for b in made.obstacles)


def test_one_seed_gives_one_scene(place: MotionPlanner) -> None:
    one, two = (
        cluttered(place.cell.twin, place.cell.T_table_robot, np.random.default_rng(4), obstacles=3) for _ in range(2)
    )
    np.testing.assert_array_equal(one.T_table_manip, two.T_table_manip)
    assert [b.size_m for b in one.obstacles] == [b.size_m for b in two.obstacles]


def test_boxes_take_no_name_and_no_place_of_what_stands_there_already(place: MotionPlanner) -> None:
    twin, T = place.cell.twin, place.cell.T_table_robot
    post = box_obstacle("obstacle_1", standing_at(np.eye(4), 0.3, 0.35, 0.0), (0.3, 0.3, 0.1))
    made = cluttered(replace(twin, objects=(*twin.objects, post)), T, np.random.default_rng(0), obstacles=2)
    assert [box.name for box in made.obstacles] == ["obstacle_2", "obstacle_3"]
    assert np.linalg.norm(made.T_table_manip[:2, 3] - [0.3, 0.35]) > np.hypot(0.15, 0.15)


def test_a_table_too_small_for_so_many_is_said(place: MotionPlanner) -> None:
    small = replace(place.cell.twin, table_half_size_m=(0.2, 0.2))
    with pytest.raises(ValueError, match="no room for 40"):
        cluttered(small, place.cell.T_table_robot, np.random.default_rng(0), obstacles=40)
