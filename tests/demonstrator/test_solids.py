import numpy as np
import pytest

from skillc.runtime.demonstrator.solids import Box, Ellipsoids, PlacedSolid, Revolve, RoundCones, gradient, smooth_min
from skillc.runtime.demonstrator.surface import mesh_solid
from skillc.runtime.geometry import se3

CYLINDER = Revolve(outline=((0.0, 0.0), (0.03, 0.0), (0.03, 0.1), (0.0, 0.1)))


def test_box_distances_by_hand() -> None:
    box = Box(center=(0, 0, 0.05), size=(0.2, 0.2, 0.1))
    points = np.array([[0.13, 0, 0.05], [0, 0, 0.11], [0, 0, 0.02], [0.13, 0.14, 0.05]])
    assert box.distance(points) == pytest.approx([0.03, 0.01, -0.02, 0.05])


def test_turned_outline_is_a_cylinder() -> None:
    points = np.array([[0.05, 0, 0.05], [0, 0.02, 0.05], [0, 0, 0.12], [0.04, 0, 0.11], [0.0, 0.0, 0.05]])
    assert CYLINDER.distance(points) == pytest.approx([0.02, -0.01, 0.02, np.hypot(0.01, 0.01), -0.03], abs=5e-5)


def test_the_distance_table_continues_outside_its_range() -> None:
    assert CYLINDER.distance(np.array([[0.2, 0, 0.05]])) == pytest.approx([0.17], abs=1e-3)


def test_gradient_points_away_from_the_surface() -> None:
    ball = Ellipsoids(centers=((0, 0, 0),), radii=((0.03, 0.03, 0.03),), blend=0.001)
    points = np.random.default_rng(0).normal(size=(40, 3)) * 0.03
    points = points[np.linalg.norm(points, axis=1) > 0.01]
    outward = points / np.linalg.norm(points, axis=1, keepdims=True)
    assert np.abs(gradient(ball, points) - outward).max() < 1e-3


def test_smooth_minimum_is_exact_away_from_the_seam_and_never_above_the_minimum() -> None:
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, 500))
    joined = smooth_min(a, b, 0.1)
    far = np.abs(a - b) > 0.1
    assert np.array_equal(joined[far], np.minimum(a, b)[far])
    assert (joined <= np.minimum(a, b) + 1e-15).all()
    assert (np.minimum(a, b) - joined).max() <= 0.025 + 1e-12


def test_a_placed_solid_moves_with_its_frame() -> None:
    T = se3.exp(np.array([0.1, -0.2, 0.3, 0.4, 0.5, -0.6]))
    points = np.random.default_rng(1).uniform(-0.1, 0.2, (50, 3))
    assert PlacedSolid(solid=CYLINDER, T_frame_solid=T).distance(se3.apply(T, points)) == pytest.approx(
        CYLINDER.distance(points)
    )


def test_surface_nets_make_a_closed_ball_of_the_right_size() -> None:
    import trimesh

    ball = RoundCones(
        starts=np.zeros((1, 3)), ends=np.array([[0.0, 0.0, 1e-6]]), radii=np.full((1, 2), 0.02),
        flatten=np.ones((1, 3)), groups=(0,), blend=0.001, group_blend=0.001,
    )  # fmt: skip
    mesh = mesh_solid(ball, low=np.full(3, -0.03), high=np.full(3, 0.03), cell=0.003)
    assert np.abs(np.linalg.norm(mesh.vertices, axis=1) - 0.02).max() < 2e-5
    checked = trimesh.Trimesh(mesh.vertices, mesh.faces)
    assert checked.is_watertight
    assert checked.volume == pytest.approx(4 / 3 * np.pi * 0.02**3, rel=0.03)
