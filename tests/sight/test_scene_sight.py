"""From one picture to where things stand: as exact as depth allows, and refused where it does not tell."""

import numpy as np
import pytest

from skillc.runtime.formats.collision_model import Capsule
from skillc.runtime.geometry import se3
from skillc.runtime.sight.robot_region import RobotRegion
from skillc.runtime.sight.scene_sight import SceneSight
from skillc.runtime.sight.table_cloud import above_table
from tests.safety import four_joints
from tests.sight.conftest import Q, Show, at, twin

BOWL = at(0.14, 0.03)


@pytest.mark.parametrize(("x", "y", "yaw"), [(-0.12, 0.02, 0.0), (-0.05, 0.15, 0.6), (-0.2, -0.1, -0.7)])
def test_what_stands_elsewhere_is_found_within_millimetres(
    show: Show, sight: SceneSight, x: float, y: float, yaw: float
) -> None:
    truth = {"cube": at(x, y, yaw), "bowl": BOWL}
    found = sight.find(show(truth), Q).objects
    for name, T in truth.items():
        assert not found[name].refused
        assert np.linalg.norm(found[name].T[:3, 3] - T[:3, 3]) < 0.004, name
        assert np.all(np.abs(found[name].T[:2, 3] - T[:2, 3]) < 3.0 * found[name].sigma[:2])
    assert se3.rotation_angle(found["cube"].T, truth["cube"]) < np.deg2rad(2.0)


def test_a_camera_that_leans_is_levelled_by_the_table(show: Show, sight: SceneSight) -> None:
    leaning = (0.0, 0.0, 0.004, np.deg2rad(1.0), 0.0, 0.0)
    found = sight.find(show({"cube": at(-0.1, 0.0)}, off_by=leaning), Q)
    assert found.levelling.tilt_rad == pytest.approx(np.deg2rad(1.0), abs=2e-3)
    assert np.linalg.norm(found.objects["cube"].T[:3, 3] - at(-0.1, 0.0)[:3, 3]) < 0.006  # 19 mm without


def test_a_camera_that_was_moved_is_told_and_finds_nothing(show: Show, sight: SceneSight) -> None:
    found = sight.find(show({"cube": at(-0.1, 0.0)}, off_by=(0, 0, 0, np.deg2rad(6.0), 0, 0)), Q)
    assert "6.0 deg" in found.levelling.moved
    assert found.objects["cube"].refused and np.isnan(found.objects["cube"].T).all()


def test_a_table_that_is_not_seen_tells_nothing(show: Show, sight: SceneSight) -> None:
    lid = (np.array([0.0, -0.4, 0.4]), np.array([0.4, 0.3, 0.001]))
    found = sight.find(show({"cube": at(-0.1, 0.0)}, lid), Q)
    assert found.levelling.unseen and found.objects["cube"].refused


def test_what_is_not_there_is_refused(show: Show, sight: SceneSight) -> None:
    found = sight.find(show({"bowl": BOWL}), Q).objects
    assert found["cube"].refused and not found["bowl"].refused


def test_another_thing_in_its_place_is_refused(show: Show, sight: SceneSight) -> None:
    stack = (np.array([-0.1, 0.0, 0.15]), np.array([0.02, 0.02, 0.15]))
    found = sight.find(show({"bowl": BOWL}, stack), Q).objects
    assert found["cube"].refused and not found["bowl"].refused


def test_what_is_mostly_hidden_is_refused_or_right(show: Show, sight: SceneSight) -> None:
    cover = (np.array([-0.13, -0.12, 0.1]), np.array([0.08, 0.004, 0.1]))
    one = sight.find(show({"cube": at(-0.1, 0.0)}, cover), Q).objects["cube"]
    assert one.refused or np.linalg.norm(one.T[:3, 3] - at(-0.1, 0.0)[:3, 3]) < 0.015


def test_two_of_a_kind_are_refused(show: Show, sight: SceneSight) -> None:
    twin_cube = (np.array([-0.1, 0.25, 0.06]), np.array([0.08, 0.05, 0.06]))
    assert "places" in sight.find(show({"cube": at(-0.1, 0.0)}, twin_cube), Q).objects["cube"].refused


def test_a_smaller_one_is_found_with_its_size(show: Show, sight: SceneSight) -> None:
    shape = next(s for s in sight.shapes if s.name == "cube")
    small = (np.array([-0.1, 0.0, 0.054]), np.array([0.072, 0.045, 0.054]))
    one = sight.find(show({}, small), Q).objects["cube"]
    assert one.scale == pytest.approx(0.9, abs=0.02) and not shape.symmetric


def test_things_that_touch_are_told_apart(show: Show, sight: SceneSight) -> None:
    truth = {"cube": at(-0.05, 0.0), "bowl": at(0.108, 0.0)}
    found = sight.find(show(truth), Q).objects
    for name, T in truth.items():
        assert np.linalg.norm(found[name].T[:3, 3] - T[:3, 3]) < 0.006, found[name].refused


def test_what_looks_alike_after_half_a_turn_is_taken_as_it_stood_in_the_twin(show: Show, sight: SceneSight) -> None:
    found = sight.find(show({"cube": at(-0.1, 0.0, np.pi - 0.2)}), Q).objects["cube"]
    assert se3.rotation_angle(found.T, at(0, 0, -0.2)) < np.deg2rad(2.0)


def test_the_same_picture_gives_the_same_poses(show: Show, sight: SceneSight) -> None:
    picture = show({"cube": at(-0.1, 0.0), "bowl": BOWL})
    one, other = (sight.find(picture, Q).objects["cube"].T for _ in range(2))
    assert np.array_equal(one, other)


def test_the_robots_own_points_are_left_out(show: Show, sight: SceneSight) -> None:
    arm = (np.array([0.0, 0.0, 0.25]), np.array([0.2, 0.02, 0.02]))
    robot = RobotRegion(
        four_joints.body(
            Capsule(link=0, start=(-0.2, 0, 0.25), end=(0.2, 0, 0.25), radius=0.04), T_table_root=np.eye(4)
        )
    )
    seen = sight.sighting(show({}, arm, noisy=False))
    assert len(above_table(seen, sight.robot, Q, twin())) > 100
    assert len(above_table(seen, robot, Q, twin())) == 0


def test_a_thing_with_another_on_top_is_refused(show: Show, sight: SceneSight) -> None:
    tower = (np.array([-0.1, 0.0, 0.2]), np.array([0.07, 0.045, 0.08]))
    one = sight.find(show({"cube": at(-0.1, 0.0)}, tower), Q).objects["cube"]
    assert one.refused
