import numpy as np
import pytest

from skillc.runtime.view.pictures.canvas import LINE_PX
from skillc.runtime.view.pictures.twin import above_others


def test_a_label_alone_stays_where_it_belongs() -> None:
    assert above_others(0, 100, 200, 2, []) == 200
    assert above_others(0, 100, 200, 2, [(150, 250, 200)]) == 200, "beside another"
    assert above_others(0, 100, 200, 2, [(50, 250, 200 - 2 * LINE_PX)]) == 200, "below another"


@pytest.mark.parametrize("seed", range(20))
def test_no_two_labels_ever_overlap(seed: int) -> None:
    generator = np.random.default_rng(seed)
    taken: list[tuple[float, float, float]] = []
    for left, below in generator.uniform([0, 150], [300, 250], (12, 2)):
        placed = above_others(left, left + 120, below, 2, taken)
        assert placed <= below
        for start, end, other in taken:
            assert left >= end or start >= left + 120 or abs(placed - other) >= 2 * LINE_PX
        taken.append((left, left + 120, placed))
