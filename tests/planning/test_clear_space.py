import itertools
from dataclasses import replace

import mujoco
import numpy as np

from skillc.runtime.planning.arrangement import Arrangement, arranged, box_obstacle, standing_at
from skillc.runtime.planning.clear_space import ClearSpace, Room
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.sim.world import World

ROOM = Room(robot_scene=0.005, robot_manipulated=0.005)


def space_with(planner: MotionPlanner, *boxes: tuple[float, float, float, float, float]) -> tuple[ClearSpace, World]:
    """Return the scene with boxes (x, y, width, depth, height) on the table."""
    things = tuple(
        box_obstacle(f"obstacle_{k}", standing_at(np.eye(4), x, y, 0.0), size) for k, (x, y, *size) in enumerate(boxes)
    )
    cell = arranged(planner.cell, replace(Arrangement.of(planner.cell.twin), obstacles=things))
    return ClearSpace(cell.world, cell.profile, cell.twin.manipulated.name, {}), cell.world


def postures(planner: MotionPlanner, count: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    arm = planner.cell.arm
    low, high = np.maximum(arm.lower, arm.home - 1.2), np.minimum(arm.upper, arm.home + 1.2)
    hands = np.tile(planner.cell.hand_start, (count, 1))
    return np.concatenate([rng.uniform(low, high, (count, len(low))), hands], axis=1)


def test_what_is_called_free_is_free_at_any_finer_resolution(place: MotionPlanner) -> None:
    space, _ = space_with(place, (0.45, 0.3, 0.1, 0.1, 0.5), (0.1, 0.35, 0.1, 0.1, 0.6))
    q = postures(place, 60)
    steps = [(a, b) for a, b in itertools.pairwise(q) if space.stuck(a, b, ROOM) is None]
    assert len(steps) >= 5
    for a, b in steps:
        for s in np.linspace(0.0, 1.0, 300):
            assert space.room(a + s * (b - a), ROOM) > -0.5 * 0.005


def test_a_post_between_two_free_postures_is_found(place: MotionPlanner) -> None:
    q = np.concatenate([place.cell.q_start, place.cell.hand_start])
    a, b = q.copy(), q.copy()
    a[0], b[0] = q[0] - 0.6, q[0] + 0.6
    middle = place.cell.T_table_robot @ place.cell.arm.hand_pose(0.5 * (a + b)[None, :7])[0]
    bare, _ = space_with(place)
    assert bare.stuck(a, b, ROOM) is None
    post, _ = space_with(place, (middle[0, 3] + 0.02, middle[1, 3], 0.01, 0.01, 0.8))
    assert post.room(a, ROOM) > 0 and post.room(b, ROOM) > 0
    stuck = post.stuck(a, b, ROOM)
    assert stuck is not None
    assert "obstacle_0" in (post.blocker(stuck, ROOM) or ())


def test_no_point_of_the_robot_moves_farther_than_its_levers_allow(place: MotionPlanner) -> None:
    space, world = space_with(place)
    data, q = mujoco.MjData(world.model), postures(place, 40)
    geoms = [*world.arm_geoms, *world.hand_geoms]
    seen = []
    for posture in q:
        data.qpos[world.joint_qpos] = posture
        mujoco.mj_kinematics(world.model, data)
        seen.append(data.geom_xpos[geoms].copy())
    for k in range(len(q) - 1):
        moved = np.linalg.norm(seen[k + 1] - seen[k], axis=1).max()
        assert moved <= space.levers.travel(q[k], q[k + 1])


def test_what_is_in_the_hand_moves_with_it(place: MotionPlanner) -> None:
    shown, cell = place.shown, place.cell
    held = ClearSpace(cell.world, cell.profile, "apple", {}, np.linalg.inv(shown.T_manip_hand))
    down = Room(robot_scene=-np.inf, carried_table=0.001)
    q = np.concatenate([cell.q_start, cell.hand_start])
    assert held.room(q, down) > 0  # high above the table, where the standing apple would touch it
    standing = ClearSpace(cell.world, cell.profile, "apple", {})
    assert standing.room(q, down) < 0


def test_a_posture_in_which_the_robot_overlaps_itself_is_not_free(place: MotionPlanner) -> None:
    space, _ = space_with(place)
    q = np.concatenate([place.cell.q_start, place.cell.hand_start])
    folded = q.copy()
    folded[3] = place.cell.arm.upper[3]
    folded[5] = place.cell.arm.upper[5]
    assert space.room(q, Room(robot_scene=-np.inf)) > 0
    assert space.room(folded, Room(robot_scene=-np.inf)) < 0
