"""Coverage: right sigmas cover what they say, too small ones less, whatever the length of a recording."""

from pathlib import Path

import numpy as np
import pytest

from skillc.benchmarks.coverage import coverage, limit_of, plot


def test_right_sigmas_cover_what_they_say() -> None:
    random = np.random.default_rng(1)
    found = coverage([random.normal(0, 1, 2000) for _ in range(5)])
    assert found.builds == 5 and found.within[0] == pytest.approx(0.68, abs=0.02)
    assert found.within[1] == pytest.approx(0.95, abs=0.01) and found.factor == pytest.approx(1.0, abs=0.05)


def test_sigmas_of_half_the_size_cover_less_and_have_to_be_doubled() -> None:
    found = coverage([np.random.default_rng(2).normal(0, 2, 4000)])
    assert found.within[0] < 0.45 and found.factor == pytest.approx(2.0, rel=0.05)


def test_a_long_recording_weighs_no_more_than_a_short_one() -> None:
    found = coverage([np.zeros(1000), np.full(10, 9.0)])
    assert found.within == (0.5, 0.5)


def test_what_is_not_known_is_left_out() -> None:
    assert coverage([np.full(3, np.nan)]).builds == 0
    assert coverage([np.array([0.1, np.nan])]).values == 1
    assert limit_of(0.95) == pytest.approx(1.96, abs=0.001)


def test_the_plot_is_drawn(tmp_path: Path) -> None:
    plot({"position": [np.linspace(-2, 2, 50)]}, [(0.9, True), (0.3, False)], tmp_path / "coverage.png")
    assert (tmp_path / "coverage.png").stat().st_size > 5000
