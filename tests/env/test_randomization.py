"""Draws of an episode: every operation does what the spec says, on what the twin has."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from skillc.compiler.emit.environment import compile_environment
from skillc.compiler.emit.environment_rules import AskedDraw, AskedEnvironment, TermError
from skillc.runtime.env.randomization import Draw, Drawing
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.records import from_json


def drawing(seed: int = 0) -> Drawing:
    apple = SimpleNamespace(name="apple", mass=0.12, friction=0.5, T_table_object=np.eye(4))
    return Drawing(twin=SimpleNamespace(objects=(apple,)), rng=np.random.default_rng(seed))


def factors(kind: str, quantity: str, low: float, high: float, of: str) -> np.ndarray:
    drawn = []
    for seed in range(200):
        one = drawing(seed)
        getattr(one, kind)(quantity, low, high)
        drawn.append(getattr(one.done().simulation, of)["apple"])
    return np.array(drawn)


def test_a_factor_is_a_factor() -> None:
    found = factors("scale", "apple.mass", 0.5, 1.5, "mass_scale")
    assert 0.5 <= found.min() < 0.55 and 1.45 < found.max() <= 1.5


def test_grams_added_become_a_factor_by_the_twins_own_mass() -> None:
    found = factors("offset", "apple.mass", -0.06, 0.06, "mass_scale")
    assert 0.5 <= found.min() < 0.55 and 1.45 < found.max() <= 1.5


def test_a_coefficient_replaces_the_twins_own() -> None:
    found = factors("range", "apple.friction", 0.5, 1.0, "friction_scale")
    assert 1.0 <= found.min() < 1.05 and 1.95 < found.max() <= 2.0


def test_a_size_factor_is_drawn_itself() -> None:
    found = factors("range", "apple.scale", 0.8, 1.2, "size_scale")
    assert 0.8 <= found.min() < 0.83 and 1.17 < found.max() <= 1.2


def test_a_factor_even_in_its_logarithm_is_as_often_small_as_large() -> None:
    found = factors("log_scale", "apple.mass", 0.25, 4.0, "mass_scale")
    assert found.min() >= 0.25 and found.max() <= 4.0
    assert np.mean(found < 1.0) == pytest.approx(0.5, abs=0.1)


def moved(quantity: str) -> np.ndarray:
    one = drawing()
    one.offset(quantity, 0.01, 0.02)
    return one.done().simulation.T_table_object["apple"][:3, 3]


def test_places_shift_along_the_named_axes() -> None:
    assert (moved("apple.position.x") != 0).tolist() == [True, False, False]
    assert (moved("apple.position.y") != 0).tolist() == [False, True, False]
    assert (moved("apple.position.xy") != 0).tolist() == [True, True, False]


def test_the_error_of_poses_moves_every_object_by_itself() -> None:
    one = drawing()
    pear = SimpleNamespace(name="pear", mass=0.12, friction=0.5, T_table_object=np.eye(4))
    one.twin.objects = (*one.twin.objects, pear)
    one.normal("pose_error.position.xy", 0.0, 0.004)
    one.normal("pose_error.yaw", 0.0, 0.03)
    poses = one.done().simulation.T_table_object
    assert 0.0 < np.linalg.norm(poses["apple"][:2, 3]) < 0.02 and poses["apple"][0, 1] != 0.0
    assert not np.allclose(poses["apple"], poses["pear"])


def test_the_error_of_poses_adds_to_the_place_that_is_drawn() -> None:
    one = drawing()
    one.offset("apple.position.xy", 0.05, 0.05)
    one.normal("pose_error.position.xy", 0.0, 1e-6)
    assert one.done().simulation.T_table_object["apple"][:2, 3] == pytest.approx([0.05, 0.05], abs=1e-4)


def test_a_delay_is_drawn_within_its_range() -> None:
    one = drawing()
    one.range("control.delay", 0.01, 0.02)
    assert 0.01 <= one.done().delay_s <= 0.02


def test_what_leaves_no_mass_is_no_episode() -> None:
    with pytest.raises(ValueError, match="not above 0"):
        drawing().offset("apple.mass", -0.5, -0.4)
    for kind in ("offset", "scale", "range"):
        with pytest.raises(ValueError):
            getattr(drawing(), kind)("table.height", 0.5, 0.6)


def environment(operation: str | None, *, logarithmic: bool = False):
    physics = {
        "timestep_s": 0.004, "control_rate_hz": 60.0, "integrator": "implicit", "cone": "elliptic", "impratio": 10.0,
        "solref": [0.01, 1], "solimp": [0.9, 0.99, 0.001], "iterations": 20, "tip_friction": 0.8, "tip_condim": 4,
    }  # fmt: skip
    draw = AskedDraw(quantity="apple.mass", logarithmic=logarithmic, low=0.5, high=1.5, operation=operation)
    return compile_environment(
        AskedEnvironment(rewards=(), terminations=(), test=(), randomization=(draw,)),
        skill="lift",
        reference="motion/reference.npz",
        physics=from_json(PhysicsSettings, physics),
        settle_s=1.0,
        origins={"policies.residual.randomization.apple.mass": "spec.yaml:1:1"},
    )


@pytest.mark.parametrize(
    ("operation", "logarithmic", "kind"),
    [("add", False, "offset"), ("scale", False, "scale"), ("scale", True, "log_scale"), ("set", False, "range")],
)
def test_the_compiled_kind_is_the_written_operation(operation: str, logarithmic: bool, kind: str) -> None:
    (found,) = environment(operation, logarithmic=logarithmic).randomization
    assert found.kind == kind and callable(getattr(Drawing, found.kind))


def test_a_draw_that_nothing_makes_is_not_compiled() -> None:
    with pytest.raises(TermError, match=r"apple\.mass cannot be drawn like this"):
        environment("set", logarithmic=True)
    with pytest.raises(TermError, match=r"apple\.mass cannot be drawn like this"):
        environment("normal")


def test_a_draw_without_randomization_changes_nothing() -> None:
    found: Draw = drawing().done()
    assert replace(found.simulation, T_table_object={}) == type(found.simulation)()
