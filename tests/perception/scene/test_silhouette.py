import numpy as np

from skillc.runtime.perception.scene.silhouette import (
    contour_of,
    distance_together,
    filled,
    filled_together,
    hull,
    resample,
    signed_distance,
)

SQUARE = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])


def test_distance_to_a_square_is_negative_inside_and_euclidean_at_corners() -> None:
    points = np.array([[5.0, 5.0], [5.0, 1.0], [13.0, 14.0], [5.0, -2.0]])
    assert np.allclose(signed_distance(points, SQUARE), [-5.0, -1.0, 5.0, 2.0])


def test_distance_does_not_depend_on_the_turning_sense() -> None:
    points = np.random.default_rng(0).uniform(-5, 15, (50, 2))
    assert np.allclose(signed_distance(points, SQUARE), signed_distance(points, SQUARE[::-1]))


def test_hull_drops_inner_points_and_keeps_full_precision() -> None:
    inner = np.array([[5.0, 5.0]])
    found = hull(np.concatenate([SQUARE + 1e-9, inner]))
    assert len(found) == 4 and found.min() == 1e-9


def test_filled_area_matches_the_polygon() -> None:
    assert abs(np.count_nonzero(filled(SQUARE + 20.25, 50, 50)) - 100) <= 21


def test_resampled_points_lie_equally_spaced_on_the_outline() -> None:
    found = resample(SQUARE, 8)
    assert np.allclose(signed_distance(found, SQUARE), 0.0, atol=1e-9)
    assert np.allclose(np.hypot(*np.diff(found[:2], axis=0).T), 5.0)


def test_two_overlapping_squares_have_one_contour_and_one_distance() -> None:
    both = (SQUARE, SQUARE + np.array([6.0, 0.0]))
    around = contour_of(both)
    assert np.allclose([around.min(axis=0), around.max(axis=0)], [[0, 0], [16, 10]], atol=0.5)
    points = np.array([[8.0, 5.0], [8.0, -3.0], [18.0, 5.0], [2.0, 5.0]])
    assert np.allclose(distance_together(points, both), [-2.0, 3.0, 2.0, -2.0])


def test_the_hollow_between_two_parts_is_outside() -> None:
    corner = (SQUARE * np.array([1.0, 4.0]), SQUARE * np.array([4.0, 1.0]))
    around = contour_of(corner)
    assert distance_together(np.array([[25.0, 25.0]]), corner)[0] > 10
    assert abs(float(np.count_nonzero(filled(around + 5, 60, 60))) - 700) < 100
    assert np.count_nonzero(filled_together([p + 5 for p in corner], 60, 60) ^ filled(around + 5, 60, 60)) < 60
