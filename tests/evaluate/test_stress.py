"""Stress cells: the same trial, changed by one thing at a time, alike for every arm."""

from types import SimpleNamespace

import numpy as np
import pytest

from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.stress import STRAINS, stressed
from skillc.runtime.sim.variation import WorldVariation

TWIN = SimpleNamespace(manipulated=SimpleNamespace(name="box"))
TRIAL = Trial(world=WorldVariation(size_scale={"box": 1.0, "tub": 1.1}, friction_scale={"box": 0.9}))


def test_without_stress_a_trial_is_what_the_protocol_drew() -> None:
    assert stressed(TRIAL, TWIN, "none", 7) == TRIAL


def test_a_small_object_is_smaller_than_any_that_policies_met() -> None:
    sizes = [stressed(TRIAL, TWIN, "small", k).world.size_scale for k in range(200)]
    assert {s["tub"] for s in sizes} == {1.1}
    assert 0.78 <= min(s["box"] for s in sizes) < 0.79 and 0.87 < max(s["box"] for s in sizes) <= 0.88


def test_friction_is_a_factor_on_what_the_protocol_drew() -> None:
    assert stressed(TRIAL, TWIN, "slippery", 0).world.friction_scale["box"] == pytest.approx(0.27)


@pytest.mark.parametrize(("cell", "most"), [("pose_10mm", 0.010), ("pose_15mm", 0.015)])
def test_poses_are_off_evenly_on_every_axis(cell: str, most: float) -> None:
    errors = np.array([stressed(TRIAL, TWIN, cell, k).pose_error_m for k in range(300)])
    assert np.abs(errors).max() <= most and np.abs(errors).max(axis=0).min() > 0.95 * most
    assert np.abs(errors.mean(axis=0)).max() < 0.1 * most


def test_all_together_are_the_single_ones() -> None:
    together = stressed(TRIAL, TWIN, "all", 3)
    assert together.pose_error_m == stressed(TRIAL, TWIN, "pose_10mm", 3).pose_error_m
    assert together.world.size_scale == stressed(TRIAL, TWIN, "small", 3).world.size_scale
    assert together.world.friction_scale == stressed(TRIAL, TWIN, "slippery", 3).world.friction_scale
    assert set(STRAINS) == {"none", "small", "pose_10mm", "pose_15mm", "slippery", "all"}
