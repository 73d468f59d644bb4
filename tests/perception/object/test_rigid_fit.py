import numpy as np
import pytest

from skillc.runtime.geometry import se3
from skillc.runtime.perception.object.rigid_fit import robust_pose

T_TRUE = se3.exp(np.array([0.3, -0.2, 0.1, 0.4, -0.8, 1.1]))


@pytest.mark.parametrize("wrong", [0.0, 0.2, 0.4])
def test_a_pose_is_found_whatever_a_share_of_wrong_points_says(wrong: float) -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(-0.04, 0.04, size=(50, 3))
    table = se3.apply(T_TRUE, points) + rng.normal(0.0, 0.002, size=points.shape)
    lost = np.arange(50) >= 50 - round(45 * wrong)
    table[lost] += rng.uniform(0.05, 0.3, size=(lost.sum(), 3))
    table[:5] = np.nan
    found = robust_pose(points, table, 0.01, np.random.default_rng(0))
    assert found is not None
    assert np.linalg.norm(found[:3, 3] - T_TRUE[:3, 3]) < 0.002 and se3.rotation_angle(found, T_TRUE) < 0.03


def test_exact_points_give_the_exact_pose() -> None:
    points = np.random.default_rng(2).normal(size=(10, 3))
    found = robust_pose(points, se3.apply(T_TRUE, points), 1e-6, np.random.default_rng(0))
    assert found is not None and np.allclose(found, T_TRUE, atol=1e-9)


def test_no_pose_is_made_of_too_few_points_of_noise_or_of_a_line() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(-0.04, 0.04, size=(30, 3))
    few = np.full((30, 3), np.nan)
    few[:5] = points[:5]
    line = np.outer(np.linspace(-0.05, 0.05, 30), [1.0, 0.0, 0.0])
    for table, on in ((few, points), (rng.uniform(-0.3, 0.3, size=(30, 3)), points), (line, line)):
        assert robust_pose(on, table, 0.01, np.random.default_rng(0)) is None
