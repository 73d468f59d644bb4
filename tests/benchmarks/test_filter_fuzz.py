"""Nothing that should not leaves the filter, and what would leave a broken one is seen, with its seed.

`SKILLC_FUZZ=10000000` runs as many ticks.
"""

import os
from dataclasses import replace

import numpy as np
import pytest

from skillc.benchmarks.filter_fuzz import TICKS, Found, fuzz, judge
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.safety.filter import SafetyFilter
from tests.safety.four_joints import DT, N, contract
from tests.safety.test_body import BODY

CONTRACT = replace(contract(), body=BODY)
LIMITS = MotionLimits.of(CONTRACT.joints)
SEQUENCES = int(os.environ.get("SKILLC_FUZZ", "100000")) // TICKS


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_nothing_that_should_not_leaves_the_filter(part: int) -> None:
    found = fuzz(CONTRACT, range(part, SEQUENCES, 4))
    assert not found.wrong and found.ticks >= TICKS * (SEQUENCES // 4)
    assert {"R1", "R23"} <= found.trips.keys(), "the sequences must meet something"
    assert found.worst["jerk"] > 0.99, "and drive the filter to its limits"


def test_a_filter_that_lets_everything_through_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(self, command, age, feedback, tick):  # type: ignore[no-untyped-def]
        out = honest(self, command, age, feedback, tick)
        return out if command is None else replace(out, q=np.nan_to_num(command))

    honest = SafetyFilter.step
    monkeypatch.setattr(SafetyFilter, "step", step)
    told = " ".join(fuzz(CONTRACT, range(8)).wrong)
    assert "times the jerk" in told and "outside the range" in told


@pytest.mark.parametrize(
    ("at", "value", "told"),
    [
        (5, np.nan, "not finite"),
        (5, 2.1, "outside the range"),
        (5, 0.02, "times the speed"),
    ],
)
def test_what_breaks_a_limit_is_told_with_its_seed(at: int, value: float, told: str) -> None:
    sent = np.zeros((10, N))
    sent[at:, 1] = value
    found = Found()
    judge(found, 7, sent, LIMITS, DT)
    assert any("seed 7" in wrong and told in wrong for wrong in found.wrong)


def test_a_start_outside_the_range_may_only_lead_inwards() -> None:
    inwards = np.tile([2.05, 0, 0, 0], (10, 1))
    found = Found()
    judge(found, 1, inwards, LIMITS, DT)
    assert not found.wrong
    inwards[-1, 0] += 1e-6
    judge(found, 1, inwards, LIMITS, DT)
    assert "outside the range" in found.wrong[0]
