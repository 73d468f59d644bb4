import numpy as np

from skillc.runtime.perception.scene.silhouette import filled, hull, resample, signed_distance

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
