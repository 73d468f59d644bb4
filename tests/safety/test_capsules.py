"""Distances between capsules, boxes and the table, against hand-computed cases and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillc.runtime.safety.capsules import beads, box_distance, segment_distance

coordinate = st.floats(-1, 1, allow_nan=False)
point = st.tuples(coordinate, coordinate, coordinate).map(np.array)


@pytest.mark.parametrize(
    ("p", "p_end", "q", "q_end", "expected"),
    [
        ([0, 0, 0], [1, 0, 0], [0.5, -1, 2], [0.5, 1, 2], 2.0),  # crossing, apart in height
        ([0, 0, 0], [1, 0, 0], [3, 0, 0], [4, 0, 0], 2.0),  # on one line
        ([0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], 1.0),  # parallel
        ([0, 0, 0], [1, 0, 0], [2, 1, 0], [3, 1, 0], np.sqrt(2)),  # parallel, past each other
        ([0, 0, 0], [0, 0, 0], [3, 4, 0], [3, 4, 9], 5.0),  # a point
        ([0, 0, 0], [0, 0, 0], [0, 3, 4], [0, 3, 4], 5.0),  # two points
        ([-1, 0, 0], [1, 0, 0], [0, -1, 0], [0, 1, 0], 0.0),  # crossing
    ],
)
def test_segments_are_as_far_apart_as_computed_by_hand(p, p_end, q, q_end, expected) -> None:  # type: ignore[no-untyped-def]
    ends = [np.array(end, dtype=float) for end in (p, p_end, q, q_end)]
    assert segment_distance(*ends) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(point, point, point, point)
def test_no_points_of_two_segments_are_nearer_than_told_and_some_are_as_near(p, p_end, q, q_end) -> None:  # type: ignore[no-untyped-def]
    s = np.linspace(0, 1, 60)[:, None]
    one, two = p + s * (p_end - p), q + s * (q_end - q)
    least = np.linalg.norm(one[:, None] - two[None], axis=-1).min()
    told = float(segment_distance(p, p_end, q, q_end))
    assert told <= least + 1e-6  # a line of less than a micrometre counts as a point
    assert told >= least - (np.linalg.norm(p_end - p) + np.linalg.norm(q_end - q)) / 59 - 1e-9


def test_a_box_is_measured_from_its_faces_edges_corners_and_inside() -> None:
    half = np.array([1.0, 2.0, 3.0])
    points = np.array([[2, 0, 0], [2, 3, 0], [2, 3, 4], [0, 0, 0], [0.5, 0, 2.9]], dtype=float)
    np.testing.assert_allclose(box_distance(points, half), [1, np.sqrt(2), np.sqrt(3), -1, -0.1], atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(point, point, st.floats(0.005, 0.1))
def test_beads_cover_their_capsule_and_reach_little_beyond(start, end, radius) -> None:  # type: ignore[no-untyped-def]
    centres, reach = beads(start, end, radius)
    rng = np.random.default_rng(0)
    on_line = start + rng.uniform(size=(200, 1)) * (end - start)
    way = rng.normal(size=(200, 3))
    surface = on_line + radius * way / np.linalg.norm(way, axis=1, keepdims=True)
    nearest = np.linalg.norm(surface[:, None] - centres[None], axis=-1).min(axis=1)
    assert np.all(nearest <= reach + 1e-9) and reach <= np.hypot(radius, 0.005) + 1e-12
