import numpy as np
import pytest

from skillc.runtime.policies.clouds.voxel import one_per_voxel


def test_points_of_one_cell_become_their_mean_and_cells_are_ordered() -> None:
    points = np.array([[1.5, 0.5, 0.5], [0.1, 0.1, 0.1], [0.3, 0.5, 0.9]])
    np.testing.assert_allclose(one_per_voxel(points, 1.0), [[0.2, 0.3, 0.5], [1.5, 0.5, 0.5]])


def test_the_grid_goes_through_the_origin_on_both_sides() -> None:
    points = np.array([[-0.1, 0.5, 0.5], [0.1, 0.5, 0.5]])
    assert len(one_per_voxel(points, 1.0)) == 2


def test_nothing_stays_nothing() -> None:
    assert one_per_voxel(np.zeros((0, 3)), 0.01).shape == (0, 3)


@pytest.mark.parametrize("voxel", [0.0, -1.0, float("nan")])
def test_a_voxel_has_a_size(voxel: float) -> None:
    with pytest.raises(ValueError, match="holds nothing"):
        one_per_voxel(np.ones((1, 3)), voxel)
