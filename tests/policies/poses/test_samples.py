from dataclasses import replace

import numpy as np

from skillc.runtime.formats.environment import Variation
from skillc.runtime.geometry import se3
from skillc.runtime.policies.poses.labels import Label
from skillc.runtime.policies.poses.samples import Samples, Viewing, camera_error, draw_samples
from tests.learn.tiny import OVERHEAD, pose_reference, pose_twin

VIEW = Viewing(T_table_camera=OVERHEAD, voxel_m=(0.01, 0.017), max_points=60)


def moved(quantity: str, low: float, high: float, kind: str = "offset") -> Variation:
    return Variation(quantity=quantity, kind=kind, low=low, high=high, origin="")  # type: ignore[arg-type]


BOX = (moved("box.position.xy", -0.05, 0.05), moved("box.yaw", -0.17, 0.17), moved("box.scale", 0.8, 1.2, "range"))


def bank() -> np.ndarray:
    """Two clouds of the 5 x 6 x 8 cm box: its corners, the middle of its bottom and random points on its top."""
    rng = np.random.default_rng(0)
    tops = np.concatenate([rng.uniform([-0.025, -0.03], [0.025, 0.03], (2, 92, 2)), np.full((2, 92, 1), 0.08)], axis=2)
    corners = np.array([[x, y, z] for x in (-0.025, 0.025) for y in (-0.03, 0.03) for z in (0.0, 0.08)])
    return np.concatenate([tops, np.zeros((2, 1, 3)), np.tile(corners, (2, 1, 1))], axis=1)


def drawn(*randomization: Variation, viewing: Viewing = VIEW, seed: int = 0) -> Samples:
    twin = pose_twin()
    label = Label.of("contact", pose_reference(), twin)
    return draw_samples(label, bank(), viewing, twin=twin, randomization=randomization, count=40, seed=seed)


def test_the_clouds_are_taken_in_turn() -> None:
    assert drawn(*BOX).group.tolist() == [0, 1] * 20


def test_a_sample_shows_the_object_where_its_label_says_it_stands() -> None:
    found = drawn(*BOX)
    offset = Label.of("contact", pose_reference(), pose_twin()).T_object_hand
    for points, count, T_table_hand in zip(found.points, found.count, found.T_table_hand):
        T_table_object = T_table_hand @ se3.inverse(offset)
        local = se3.apply(se3.inverse(T_table_object), points[:count].astype(np.float64))
        assert np.all(np.abs(local[:, :2]) < 1.2 * np.array([0.025, 0.03]) + 0.002)
        assert local[:, 2].max() < 1.2 * 0.08 + 0.002


def test_places_fill_the_range_and_the_height_stays() -> None:
    positions = drawn(*BOX).T_table_hand[:, :3, 3]
    assert 0.06 < np.ptp(positions[:, 0]) < 0.14
    np.testing.assert_allclose(positions[:, 2], 0.15)


def test_another_objects_randomization_draws_nothing_here() -> None:
    alone, beside = drawn(*BOX), drawn(moved("tub.position.xy", -0.05, 0.05), *BOX)
    np.testing.assert_array_equal(alone.points, beside.points)


def test_one_seed_gives_one_set_of_samples() -> None:
    np.testing.assert_array_equal(drawn(*BOX).points, drawn(*BOX).points)
    assert not np.array_equal(drawn(*BOX).points, drawn(*BOX, seed=1).points)


def test_what_the_camera_does_not_see_is_removed_unless_the_complete_cloud_is_asked_for() -> None:
    seen, complete = drawn(), drawn(viewing=replace(VIEW, hides=False))
    under = [np.any(np.abs(s.points[0, : s.count[0]] - [0.0, 0.2, 0.0]).max(axis=1) < 0.004) for s in (seen, complete)]
    assert under == [False, True]


def test_a_large_cloud_is_cut_to_the_most_points() -> None:
    assert drawn(viewing=replace(VIEW, max_points=10)).count.max() == 10


def test_an_error_of_the_cameras_place_moves_the_whole_cloud_and_not_the_label() -> None:
    wrong = replace(VIEW, position_error_m=0.01)
    right, off = drawn(), drawn(viewing=wrong)
    shift = np.array(
        [o[:n].mean(axis=0) - r[:n].mean(axis=0) for o, r, n in zip(off.points, right.points, right.count)]
    )
    np.testing.assert_array_equal(right.T_table_hand, off.T_table_hand)
    assert 0.005 < shift.std() < 0.02


def test_a_turned_camera_turns_points_about_itself() -> None:
    view = replace(VIEW, rotation_error_rad=0.02)
    error = camera_error(view, np.random.default_rng(0))
    np.testing.assert_allclose(se3.apply(error, OVERHEAD[None, :3, 3])[0], OVERHEAD[:3, 3], atol=1e-12)
    assert 0.005 < se3.rotation_angle(error, np.eye(4)) < 0.1
