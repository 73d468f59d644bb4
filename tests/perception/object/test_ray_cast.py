import numpy as np

from skillc.runtime.perception.object.ray_cast import cast

TRIANGLES = np.array([[0, 1, 2], [3, 4, 5]])
VERTICES = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [0, 0, 2], [1, 0, 2], [0, 1, 2]], dtype=np.float64)


def test_the_nearer_of_two_triangles_is_met() -> None:
    found = cast(np.zeros(3), np.array([[0.2, 0.2, 1.0]]), VERTICES, TRIANGLES)
    assert np.allclose(found, [[0.2, 0.2, 1.0]])


def test_rays_that_miss_or_point_away_meet_nothing() -> None:
    found = cast(np.zeros(3), np.array([[2.0, 2.0, 1.0], [0.2, 0.2, -1.0]]), VERTICES, TRIANGLES)
    assert np.isnan(found).all()
