from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.planning.arrangement import Arrangement, arranged, box_obstacle, standing_at
from skillc.runtime.planning.clear_space import ClearSpace, Room
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.route import SPIN_RAD, Passage, Search, route, spins

ROOM = Room(robot_scene=0.005)


@pytest.fixture(scope="module")
def walled(place: MotionPlanner) -> tuple[Passage, np.ndarray, np.ndarray]:
    """A wall that the straight way between two postures runs into."""
    home = place.cell.q_start
    a, b = home.copy(), home.copy()
    a[0], b[0] = home[0] - 0.8, home[0] + 0.8
    middle = place.cell.T_table_robot @ place.cell.arm.hand_pose(home[None])[0]
    wall = box_obstacle("wall", standing_at(np.eye(4), *middle[:2, 3], 0.0), (0.02, 0.3, float(middle[2, 3])))
    cell = arranged(place.cell, replace(Arrangement.of(place.cell.twin), obstacles=(wall,)))
    space = ClearSpace(cell.world, cell.profile, "apple", {})
    return Passage(space=space, q_hand=cell.hand_start, room=ROOM), a, b


def found(place: MotionPlanner, walled: tuple[Passage, np.ndarray, np.ndarray], seed: int) -> np.ndarray:
    passage, a, b = walled
    arm = place.cell.arm
    knots = route(passage, a, b, arm.lower, arm.upper, Search(patience_s=5.0, seed=seed))
    assert knots is not None
    return knots


def test_a_way_around_a_wall_is_free_and_does_not_spin(
    place: MotionPlanner, walled: tuple[Passage, np.ndarray, np.ndarray]
) -> None:
    pytest.importorskip("ompl")
    passage, a, b = walled
    assert not passage.free(a, b)
    knots = found(place, walled, 1)
    np.testing.assert_array_equal(knots[[0, -1]], [a, b])
    assert len(knots) > 2 and passage.stuck_along(knots) is None and not spins(knots)


def test_one_seed_gives_one_way(place: MotionPlanner, walled: tuple[Passage, np.ndarray, np.ndarray]) -> None:
    pytest.importorskip("ompl")
    np.testing.assert_array_equal(found(place, walled, 3), found(place, walled, 3))


def test_a_free_way_is_straight_and_needs_no_search(place: MotionPlanner) -> None:
    cell, home = place.cell, place.cell.q_start
    passage = Passage(space=ClearSpace(cell.world, cell.profile, "apple", {}), q_hand=cell.hand_start, room=ROOM)
    knots = route(passage, home, home + 0.2, cell.arm.lower, cell.arm.upper, Search(patience_s=0.0, seed=0))
    assert knots is not None and len(knots) == 2


def test_a_posture_without_room_has_no_way(
    place: MotionPlanner, walled: tuple[Passage, np.ndarray, np.ndarray]
) -> None:
    passage, a, b = walled
    inside = 0.5 * (a + b)
    arm = place.cell.arm
    assert route(passage, a, inside, arm.lower, arm.upper, Search(patience_s=0.1, seed=0)) is None


def test_a_joint_that_turns_on_and_back_spins() -> None:
    assert spins(np.array([[0.0], [SPIN_RAD], [0.0]]))
    assert not spins(np.array([[0.0], [1.0], [0.5], [SPIN_RAD]]))
