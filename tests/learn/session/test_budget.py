from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from skillc.runtime.formats.records import FormatError
from skillc.runtime.learn.session.budget import within


@dataclass(frozen=True, kw_only=True)
class Smaller:
    epochs: int


@dataclass(frozen=True, kw_only=True)
class Numbers:
    epochs: int = 1600
    rate: float = 1e-3
    budgets: Mapping[str, Smaller] = field(default_factory=lambda: {"cpu": Smaller(epochs=20)})


def test_a_budget_changes_what_it_names_and_nothing_else() -> None:
    assert within(Numbers(), "full") == Numbers()
    assert within(Numbers(), "cpu") == Numbers(epochs=20)


def test_a_budget_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(FormatError, match="no budget 'gpu'; there are full, cpu"):
        within(Numbers(), "gpu")
