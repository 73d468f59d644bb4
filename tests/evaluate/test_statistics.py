"""Intervals against values from tables and against counting."""

import numpy as np
import pytest
from scipy.stats import binomtest

from skillc.runtime.evaluate.statistics import clopper_pearson, mcnemar, wilson


@pytest.mark.parametrize(("k", "n"), [(0, 20), (1, 20), (10, 20), (20, 20), (37, 50)])
def test_intervals_of_a_rate_are_those_of_scipy(k: int, n: int) -> None:
    test = binomtest(k, n)
    assert wilson(k, n) == pytest.approx(tuple(test.proportion_ci(method="wilson")), abs=1e-6)
    assert clopper_pearson(k, n) == pytest.approx(tuple(test.proportion_ci(method="exact")), abs=1e-9)


def test_pairs_count_only_where_the_arms_disagree() -> None:
    first = [True] * 30 + [False] * 5 + [True] * 14 + [False]
    second = [False] * 30 + [True] * 5 + [True] * 14 + [False]
    found = mcnemar(first, second)
    assert (found.n, found.only_first, found.only_second) == (50, 30, 5)
    assert found.difference == pytest.approx(0.5)
    assert found.p_value == pytest.approx(binomtest(30, 35).pvalue)
    low, high = found.interval_95
    assert 0.25 < low < 0.5 < high < 0.7
    swapped = mcnemar(second, first)
    assert swapped.interval_95 == pytest.approx((-high, -low)) and swapped.difference == -found.difference


def test_arms_that_never_disagree_differ_by_nothing() -> None:
    found = mcnemar([True, False, True], [True, False, True])
    assert (found.difference, found.p_value) == (0.0, 1.0)
    assert found.interval_95[0] < 0.0 < found.interval_95[1], "three scenes say little"


def test_the_interval_is_the_one_of_newcombes_example() -> None:
    """Newcombe 1998: 36 both, 12 and 2 discordant, none neither: 0.0569 to 0.3404 by method 10."""
    first = [True] * 48 + [False] * 2
    second = [True] * 36 + [False] * 12 + [True] * 2
    low, high = mcnemar(first, second).interval_95
    assert (low, high) == pytest.approx((0.0569, 0.3404), abs=5e-4)


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(1000):
        both = rng.random((50, 2))
        first, second = both[:, 0] < 0.9, both[:, 1] < 0.6
        low, high = mcnemar(list(first), list(second)).interval_95
        inside += low <= 0.3 <= high
    assert 0.93 < inside / 1000 < 0.98


@pytest.mark.parametrize(("first", "second"), [([True], []), ([], [])])
def test_what_is_no_pair_is_refused(first: list[bool], second: list[bool]) -> None:
    with pytest.raises(ValueError, match="no pairs"):
        mcnemar(first, second)
