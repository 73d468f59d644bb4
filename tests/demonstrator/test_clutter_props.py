"""Contents stay inside their vessel, printed sides differ, a mug stands on its foot beside its handle."""

import numpy as np
import pytest

from skillc.runtime.demonstrator import catalog
from skillc.runtime.demonstrator.clutter_props import FILLED_TO, contents_of, mug, printed_box


@pytest.mark.parametrize("name", ["bowl", "plate", "pan", "tray"])
def test_contents_lie_inside_their_vessel_and_reach_its_wall(name: str) -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        vessel = getattr(catalog, name)(rng)
        filling = contents_of(vessel, rng)
        gap = vessel.solid.distance(filling.mesh.vertices)
        assert gap.min() > -0.003, name
        assert 0.3 * min(vessel.size_m[:2]) < np.ptp(filling.mesh.vertices[:, :2], axis=0).min()
        assert np.allclose(filling.mesh.vertices[:, 2], FILLED_TO * vessel.size_m[2], atol=0.005)


def test_the_sides_of_a_printed_box_have_prints_of_their_own() -> None:
    visual = printed_box(np.random.default_rng(0), "box", (0.08, 0.1, 0.05)).visuals[0]
    assert visual.uv is not None and visual.picture is not None
    rows, columns = visual.picture.shape[:2]
    means = []
    for side in np.split(visual.uv, 6):
        low, high = side.min(axis=0), side.max(axis=0)
        part = visual.picture[
            int((1 - high[1]) * rows) : int((1 - low[1]) * rows), int(low[0] * columns) : int(high[0] * columns)
        ]
        means.append(tuple(part.reshape(-1, 3).mean(axis=0).round(1)))
    assert len(set(means)) == 6


def test_a_mug_stands_on_the_table_and_is_what_it_says_in_size() -> None:
    for seed in range(5):
        thing = mug(np.random.default_rng(seed), "mug")
        points = thing.surface_points()
        assert points[:, 2].min() == pytest.approx(0.0, abs=1e-9)
        assert points[:, 0].max() > thing.size_m[1] / 2 + 0.01  # its handle
        assert np.allclose(np.ptp(points, axis=0), thing.size_m, atol=0.012)
