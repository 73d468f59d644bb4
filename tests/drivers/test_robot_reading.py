"""Readings of several devices as one: the oldest, the least acknowledged, and what presses most count."""

import numpy as np
import pytest

from skillc.runtime.drivers.device import Reading
from skillc.runtime.drivers.robot_reading import RobotPart, whole

ARM, HAND = RobotPart(name="arm", columns=(0, 1), hand=False), RobotPart(name="hand", columns=(2, 3), hand=True)


def reading(pressing_n: float | None, measured_s: float = 1.0) -> Reading:
    return Reading(q=np.zeros(2), measured_s=measured_s, acknowledged_s=measured_s, pressing_n=pressing_n)


@pytest.mark.parametrize(
    ("arm", "hand", "told"), [(None, None, None), (7.0, None, 7.0), (None, 3.0, 3.0), (7.0, 9.0, 9.0)]
)
def test_what_presses_most_counts(arm: float | None, hand: float | None, told: float | None) -> None:
    assert whole((ARM, HAND), (reading(arm), reading(hand)), now=1.0, stale_s=1.0).pressing_n == told


@pytest.mark.parametrize("both", [(np.nan, 1.0), (1.0, np.nan)])
def test_a_force_that_is_no_number_is_not_hidden_by_another(both: tuple[float, float]) -> None:
    found = whole((ARM, HAND), [reading(force) for force in both], now=1.0, stale_s=1.0)
    assert found.pressing_n is not None and np.isnan(found.pressing_n)


def test_a_robot_is_as_old_as_its_oldest_body_and_an_old_hand_is_not_measured() -> None:
    found = whole((ARM, HAND), (reading(None, 2.0), reading(None, 1.0)), now=2.0, stale_s=0.5)
    assert (found.measured_s, found.acknowledged_s) == (2.0, 1.0)
    assert np.isfinite(found.q[:2]).all() and np.isnan(found.q[2:]).all()
