"""Mistakes of meaning and odd specs that are right, from lists written before the rules."""

import pytest

from skillc.benchmarks.meaning import findings, is_caught, mistakes, unusual

pytestmark = pytest.mark.slow

ALL = list(mistakes())
LEAST = 0.98
"""Share of the mistakes that is caught at the right line."""


def test_mistakes_of_meaning_are_caught_at_their_lines() -> None:
    missed = [f"{m.spec}: {m.change}: {m.why}" for m in ALL if not is_caught(m, findings(m))]
    assert len(missed) <= (1 - LEAST) * len(ALL), missed


def test_there_are_enough_mistakes_over_all_examples() -> None:
    assert len(ALL) >= 300 and len({m.spec for m in ALL}) >= 23


def test_odd_specs_that_are_right_raise_no_finding() -> None:
    alarms = [(right.why, [d.code for d in found]) for right in unusual() if (found := findings(right))]
    assert alarms == []
