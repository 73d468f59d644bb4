import itertools
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.motion.path.object_path import carried_path, even_steps, lifted_first, tilted_enough
from skillc.runtime.tasks.catalog import task_type
from tests.motion import synthetic


def _path(task: str):  # type: ignore[no-untyped-def]
    made = synthetic.TASKS[task]()
    thing = made.twin.manipulated
    path = carried_path(
        made.motion, made.keyframes, thing, T_start=np.asarray(thing.T_table_object),
        task=task_type(made.twin.task_type), waypoints=8, smoothing_s=0.05, upright_within_rad=0.5,
    )  # fmt: skip
    return made, path


def test_a_path_begins_exactly_at_the_twins_pose_and_ends_where_demonstrated() -> None:
    for task in ("apple", "jar", "box"):
        made, path = _path(task)
        assert np.allclose(path.T_table_object[0], made.twin.manipulated.T_table_object)
        assert np.allclose(path.T_table_object[-1, :3, 3], made.motion.T_table_object[-1, :3, 3], atol=0.01)


def test_a_pushed_object_stays_flat_on_the_table() -> None:
    _, path = _path("box")
    assert np.allclose(path.T_table_object[:, 2, 3], 0) and np.allclose(path.T_table_object[:, :3, 2], [0, 0, 1])


def test_turning_about_the_axis_of_a_round_object_is_removed_but_its_tilt_kept() -> None:
    made, path = _path("jar")
    R = path.T_table_object[:, :3, :3]
    tilt = np.degrees(np.arccos(R[-1, 2, 2]))
    assert np.isclose(tilt, np.degrees(np.arccos(made.motion.T_table_object[-1, 2, 2])), atol=3)
    for a, b in itertools.pairwise(R):
        turn = a.T @ b
        assert abs(turn[0, 1] - turn[1, 0]) < 0.1  # no spin about the object's own z


def test_what_is_held_to_the_end_goes_on_after_the_interaction_and_stays_tilted() -> None:
    made = synthetic.apple()
    thing = made.twin.manipulated
    T = made.motion.T_table_object.copy()
    after = np.arange(made.keyframes.interaction + 1, len(T))
    T[after, 2, 3] += np.linspace(0.0, 0.1, len(after))
    ends = {}
    for name in ("grasp", "lift"):
        path = carried_path(
            replace(made.motion, T_table_object=T), made.keyframes, thing, T_start=np.asarray(thing.T_table_object),
            task=task_type(name), waypoints=8, smoothing_s=0.05, upright_within_rad=0.5,
        )  # fmt: skip
        ends[name] = path.T_table_object[-1]
    assert ends["lift"][2, 3] - ends["grasp"][2, 3] > 0.08


def test_even_steps_are_even() -> None:
    T = np.tile(np.eye(4), (50, 1, 1))
    T[:, 0, 3] = np.linspace(0, 1, 50) ** 3
    poses, at = even_steps(T, 5)
    assert np.allclose(poses[:, 0, 3], np.linspace(0, 1, 5), atol=1e-3)
    assert np.allclose(np.interp(at, np.arange(50), T[:, 0, 3]), poses[:, 0, 3])


def test_an_object_that_seems_to_slide_is_lifted_first_and_set_down_last() -> None:
    path = np.tile(np.eye(4), (6, 1, 1))
    path[:, 0, 3] = [0.0, 0.02, 0.1, 0.2, 0.29, 0.3]
    lifted = lifted_first(path, slope=2.0, height_m=0.09, placed=True)
    rise = 0.09 * (1.0 - np.exp(-2.0 * np.array([0.0, 0.02, 0.1, 0.1, 0.01, 0.0]) / 0.09))
    assert np.allclose(lifted[:, 2, 3], rise), "near either end as steep as asked for, level between"
    held = lifted_first(path, slope=2.0, height_m=0.09, placed=False)
    assert np.all(np.diff(held[:, 2, 3]) > 0.0) and 0.085 < held[-1, 2, 3] < 0.09
    high = path.copy()
    high[1:5, 2, 3] = 0.2
    assert np.array_equal(lifted_first(high, slope=2.0, height_m=0.09, placed=True), high), "a high path stays"


def test_a_pour_is_tilted_on_about_its_own_axis_only_where_it_falls_short() -> None:
    path = np.tile(np.eye(4), (5, 1, 1))
    for k, angle in enumerate(np.radians([0, 20, 50, 75, 80])):
        path[k, :3, :3] = Rotation.from_rotvec([angle, 0, 0]).as_matrix()
    more = tilted_enough(path, np.radians(105))
    assert np.allclose(Rotation.from_matrix(more[-1, :3, :3]).as_rotvec(), [np.radians(105), 0, 0])
    assert np.array_equal(more[0], path[0])
    assert np.array_equal(tilted_enough(path, np.radians(70)), path)
