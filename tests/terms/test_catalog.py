"""The registry of terms: every term has a function or says what it waits for, and what it declares fits together."""

import subprocess
import sys

import numpy as np
import pytest

from skillc.compiler.source.parse_quantity import parse_measure
from skillc.compiler.source.quantity import Comparison
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Scalar, Span
from skillc.compiler.source.units import dimension_names
from skillc.compiler.validate.schema import schema
from skillc.compiler.validate.term_schema import schema_text, with_terms
from skillc.runtime.env.layout import Layout
from skillc.runtime.terms import catalog
from skillc.runtime.terms.actions import ACTIONS
from skillc.runtime.terms.goals import GOALS
from skillc.runtime.terms.observations import OBSERVATIONS
from skillc.runtime.terms.randomization import QUANTITIES
from skillc.runtime.terms.rewards import REWARDS
from skillc.runtime.terms.success import SUCCESS
from skillc.runtime.terms.term import Term, by_name, not_implemented
from skillc.runtime.terms.terminations import TERMINATIONS

WITH_FUNCTIONS = [t for kind in (OBSERVATIONS, REWARDS, TERMINATIONS, SUCCESS, ACTIONS) for t in kind.values()]
EVERY = [*WITH_FUNCTIONS, *QUANTITIES.values(), *GOALS.values()]


@pytest.mark.parametrize("term", WITH_FUNCTIONS, ids=lambda t: f"{type(t).__name__} {t.name}")
def test_a_term_has_a_function_or_says_what_it_waits_for(term) -> None:
    assert (term.value is not_implemented) == bool(term.needs)


@pytest.mark.parametrize("term", EVERY, ids=lambda t: f"{type(t).__name__} {t.name}")
def test_a_term_says_what_it_is_and_where_it_is_from(term: Term) -> None:
    assert term.meaning.endswith(".") and term.source
    if "Sugar" not in term.source and "Dex4D" not in term.source and "humanoid" not in term.source:
        assert term.source.startswith(("ours: ", "4.3.1", "A.", "C.2", "Table ", "point tracks")), term.source


def test_two_terms_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two terms of one name"):
        by_name(GOALS["contact"], GOALS["contact"])


def test_parameters_and_quantities_are_measured_in_known_dimensions() -> None:
    known = {*dimension_names(), "number", "count", "any", "name", "picture", "training condition"}
    parameters = [p for term in (*REWARDS.values(), *TERMINATIONS.values(), *ACTIONS.values()) for p in term.parameters]
    measured = [*parameters, *OBSERVATIONS.values(), *QUANTITIES.values(), *SUCCESS.values()]
    assert {one.dimension for one in measured} <= known


def measured(text: str, dimension: str):
    return parse_measure(Scalar(text, text, True, Span("spec", 1, 1, 1, 2)), dimension)


@pytest.mark.parametrize("term", SUCCESS.values(), ids=lambda t: t.name)
def test_the_example_of_a_condition_keeps_its_direction_and_bounds(term) -> None:
    example = measured(term.example, term.dimension)
    assert isinstance(example, Comparison) and term.direction in ("either", example.operator)
    bounds = term.bounds
    assert (bounds.above is None or example.value > bounds.above) and example.value <= bounds.most
    assert shorten(term.example) == term.example


def test_every_implemented_quantity_draws_its_usual_operation() -> None:
    drawn = [q for q in QUANTITIES.values() if q.implemented]
    assert len(drawn) == 13
    assert all(not q.operations[0].needs for q in drawn)
    assert all(o.needs for q in QUANTITIES.values() if not q.implemented for o in q.operations)


def test_a_key_leads_to_its_quantity_whatever_the_object_is_called() -> None:
    assert catalog.quantity("apple.position.xy").name == "position.xy"
    assert catalog.quantity("control.stiffness").name == "control.stiffness"
    assert catalog.quantity("robot.mass").name == "robot.mass"
    for wrong in ("table.mass", "apple.stiffness", "control.mass", "gravity.x", "apple"):
        with pytest.raises(catalog.UnknownTerm):
            catalog.quantity(wrong)


def test_observations_are_normalized_as_they_declare() -> None:
    layout = Layout(lower=np.array([-1.0, 0.0]), upper=np.array([1.0, 4.0]), length_m=0.1, angle_rad=0.5)
    offset, scale = layout.normalization(OBSERVATIONS["joint_position"])
    assert offset.tolist() == [0.0, 2.0] and scale.tolist() == [1.0, 0.5]
    offset, scale = layout.normalization(OBSERVATIONS["object_position_delta"])
    assert offset.tolist() == [0.0] * 3 and scale == pytest.approx([10.0] * 3)
    with pytest.raises(ValueError, match="3 for each point"):
        layout.normalization(OBSERVATIONS["object_cloud"])


def test_the_registry_loads_neither_numpy_nor_a_simulator() -> None:
    code = (
        "import sys, skillc.runtime.terms.catalog, skillc.runtime.terms.success, skillc.runtime.terms.actions\n"
        "assert not {'numpy', 'scipy', 'mujoco'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_languages_schema_lists_the_terms_of_the_registry(project) -> None:
    # `make docs` writes it.
    written = (project / "specs" / "schema" / "skill.v1.json").read_text(encoding="utf-8")
    assert written == schema_text(with_terms(schema().raw)) + "\n"
    goals = set(schema().raw["$defs"]["goal"]["properties"]) - {"name", "until", "randomization"}
    assert goals == set(GOALS)
