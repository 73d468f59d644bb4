import numpy as np
import pytest

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.policies.clouds.hidden import visible


def cube() -> tuple[FloatArray, FloatArray]:
    """Return points (N, 3) 1 cm apart on a cube of 10 cm around the origin, and which faces (N, 3) each lies in."""
    at = np.linspace(-0.05, 0.05, 11)
    grid = np.stack(np.meshgrid(at, at, at), axis=-1).reshape(-1, 3)
    sides = np.where(np.abs(grid) > 0.049, np.sign(grid), 0.0)
    return grid[np.any(sides != 0, axis=1)], sides[np.any(sides != 0, axis=1)]


@pytest.mark.parametrize("eye", [(0.5, 0.4, 0.6), (0.0, 0.0, 0.8), (-0.3, 0.0, 0.5)])
def test_of_a_box_exactly_the_faces_turned_to_the_camera_are_seen(eye: tuple[float, float, float]) -> None:
    points, sides = cube()
    inside_a_face = np.sum(sides != 0, axis=1) == 1
    facing = np.sum(sides * (np.array(eye) - points), axis=1) > 1e-9
    seen = np.zeros(len(points), dtype=bool)
    seen[visible(points, np.array(eye))] = True
    assert seen[inside_a_face].tolist() == facing[inside_a_face].tolist()
    assert 0 < facing[inside_a_face].sum() < inside_a_face.sum()


def test_what_stands_behind_a_wall_is_hidden() -> None:
    at = np.linspace(-0.1, 0.1, 21)
    y, z = (a.ravel() for a in np.meshgrid(at, at))
    wall = np.stack([np.zeros(len(y)), y, z], axis=1)
    points = np.concatenate([wall, [[-0.05, 0.003, 0.003]], [[0.05, 0.003, 0.003]]])
    seen = set(visible(points, np.array([0.8, 0.0, 0.0])).tolist())
    assert len(wall) not in seen
    assert len(wall) + 1 in seen


def test_the_near_inner_wall_of_a_bowl_is_hidden_and_the_far_one_seen() -> None:
    turns = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    angle, height = (a.ravel() for a in np.meshgrid(turns, np.linspace(0, 0.04, 7)))
    inner = np.stack([0.07 * np.cos(angle), 0.07 * np.sin(angle), height], axis=1)
    outer = inner * [0.075 / 0.07, 0.075 / 0.07, 1.0]
    seen = visible(np.concatenate([inner, outer]), np.array([0.7, 0.0, 0.4]))
    far_inside = np.flatnonzero((inner[:, 0] < -0.06) & (height > 0.015))
    near_inside = np.flatnonzero((inner[:, 0] > 0.06) & (height < 0.03))
    assert np.isin(far_inside, seen).mean() > 0.9
    assert not np.isin(near_inside, seen).any()


def test_a_handful_of_points_hides_nothing() -> None:
    assert visible(np.eye(3), np.array([5.0, 0.0, 0.0])).tolist() == [0, 1, 2]


def test_an_eye_inside_the_cloud_is_no_camera() -> None:
    with pytest.raises(ValueError, match="at the eye"):
        visible(np.eye(4, 3), np.zeros(3))
