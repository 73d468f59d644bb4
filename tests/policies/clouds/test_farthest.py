import numpy as np
import pytest

from skillc.runtime.policies.clouds.farthest import farthest_points


def test_on_a_line_the_far_end_comes_first_and_then_the_middle() -> None:
    line = np.stack([np.arange(11.0), np.zeros(11), np.zeros(11)], axis=1)
    assert farthest_points(line, 3).tolist() == [0, 10, 5]


def test_the_search_begins_with_the_point_asked_for() -> None:
    line = np.stack([np.arange(11.0), np.zeros(11), np.zeros(11)], axis=1)
    assert farthest_points(line, 2, first=8).tolist() == [8, 0]


def test_all_points_are_chosen_once_when_all_are_asked_for() -> None:
    points = np.random.default_rng(0).normal(size=(20, 3))
    assert sorted(farthest_points(points, 20).tolist()) == list(range(20))


@pytest.mark.parametrize("count", [0, 3])
def test_no_more_points_can_be_chosen_than_there_are(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} points"):
        farthest_points(np.eye(3)[:2], count)
