"""A point cloud becomes boxes that hold every point of what the twin does not know."""

import numpy as np
import pytest

from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.planning.cloud_boxes import cloud_boxes
from tests.motion import synthetic

TWIN = synthetic.apple().twin


def top_of(x: float, y: float, half: float, height: float) -> np.ndarray:
    """The upper side of a block and one of its walls, 5 mm between points."""
    at = np.arange(-half, half + 1e-9, 0.005)
    gx, gy = (g.ravel() for g in np.meshgrid(at, at))
    wall = np.stack(np.meshgrid(at, np.arange(0.012, height, 0.005)), axis=-1).reshape(-1, 2)
    return np.concatenate([
        np.stack([x + gx, y + gy, np.full(gx.shape, height)], axis=1),
        np.stack([x + wall[:, 0], np.full(len(wall), y - half), wall[:, 1]], axis=1),
    ])  # fmt: skip


def held(points: np.ndarray, box: TwinObject) -> np.ndarray:
    local = se3.apply(se3.inverse(np.asarray(box.T_table_object)), points)
    size = np.array(box.size_m)
    return np.all(np.abs(local[:, :2]) <= size[:2] / 2 + 1e-9, axis=1) & (local[:, 2] <= size[2] + 1e-9)


def test_every_point_lies_in_a_box_and_few_boxes_stand_for_a_block() -> None:
    cloud = np.concatenate([top_of(0.6, 0.6, 0.05, 0.2), top_of(0.45, 0.65, 0.03, 0.1)])
    boxes = cloud_boxes(cloud, TWIN)
    assert np.any([held(cloud, box) for box in boxes], axis=0).all()
    assert len(boxes) <= 8
    assert sum(box.size_m[0] * box.size_m[1] for box in boxes) < 2.5 * (0.1**2 + 0.06**2)


def test_what_the_twin_knows_and_the_table_itself_are_no_obstacles() -> None:
    apple = np.asarray(TWIN.manipulated.T_table_object)[:3, 3]
    table = np.random.default_rng(0).uniform([0, 0, -0.005], [0.7, 0.7, 0.008], (4000, 3))
    own = apple + np.random.default_rng(1).uniform([-0.03, -0.03, 0.01], [0.03, 0.03, 0.06], (500, 3))
    assert cloud_boxes(np.concatenate([table, own]), TWIN) == ()


def test_flying_pixels_holes_and_an_empty_cloud_make_no_box() -> None:
    lone = np.array([[0.6, 0.6, 0.3], [0.5, 0.6, 0.2], [np.nan, 0.5, 0.2], [0.5, np.inf, 0.2], [9.0, 9.0, 0.5]])
    assert cloud_boxes(lone, TWIN) == () and cloud_boxes(np.zeros((0, 3)), TWIN) == ()


@pytest.mark.parametrize("shape", [(3,), (5, 2), (2, 5, 3)])
def test_what_is_no_cloud_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a cloud is"):
        cloud_boxes(np.zeros(shape), TWIN)
