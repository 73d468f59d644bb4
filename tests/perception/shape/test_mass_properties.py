import numpy as np
import pytest

from skillc.runtime.formats.twin import Shape
from skillc.runtime.perception.shape.mass_properties import mass_properties
from skillc.runtime.perception.shape.materials import load_materials

TABLE = load_materials()


def test_a_solid_revolve_weighs_like_the_cylinder_it_is() -> None:
    size = np.array([0.06, 0.06, 0.12])
    as_revolve = mass_properties(Shape(kind="revolve", profile_m=((0.03, 0.0), (0.03, 0.12))), size, "wood", TABLE)
    as_cylinder = mass_properties(Shape(kind="cylinder"), size, "wood", TABLE)
    assert as_revolve.mass == pytest.approx(as_cylinder.mass, rel=1e-3)
    assert np.allclose(as_revolve.inertia, as_cylinder.inertia, rtol=1e-3)
    assert np.allclose(as_revolve.center, as_cylinder.center, atol=1e-6)


def test_an_open_box_weighs_its_walls_and_hangs_low() -> None:
    size, wall = np.array([0.16, 0.23, 0.1]), 0.003
    found = mass_properties(Shape(kind="open_box", wall_m=wall), size, "plastic", TABLE)
    inner = np.prod(size - np.array([2 * wall, 2 * wall, wall]))
    assert found.mass == pytest.approx(TABLE.named("plastic").density * (np.prod(size) - inner), rel=1e-9)
    assert found.center[2] < size[2] / 2


def test_a_book_is_solid_and_a_tissue_box_is_not() -> None:
    book = mass_properties(Shape(kind="box"), np.array([0.16, 0.24, 0.037]), "cardboard", TABLE)
    tissues = mass_properties(Shape(kind="box"), np.array([0.116, 0.224, 0.116]), "cardboard", TABLE)
    assert 0.7 < book.mass < 1.3 and 0.2 < tissues.mass < 0.6


def test_inertia_obeys_the_triangle_inequality() -> None:
    for shape in (Shape(kind="ellipsoid"), Shape(kind="cylinder"), Shape(kind="box")):
        a, b, c = sorted(mass_properties(shape, np.array([0.05, 0.08, 0.2]), "plastic", TABLE).inertia)
        assert a + b >= c - 1e-12


def test_unknown_materials_are_other() -> None:
    assert TABLE.named("unobtainium") == TABLE.named("other")
