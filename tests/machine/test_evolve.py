"""A copy with other values is what `dataclasses.replace` makes, and what it refuses is refused."""

from dataclasses import FrozenInstanceError, dataclass
from dataclasses import replace as standard

import pytest

from skillc.runtime.machine.evolve import replace


@dataclass(frozen=True, kw_only=True)
class Count:
    ticks: int
    name: str = "counter"


def test_the_copy_is_that_of_the_standard_library_and_the_original_stays() -> None:
    before = Count(ticks=1)
    after = replace(before, ticks=2)
    assert after == standard(before, ticks=2) and before == Count(ticks=1) and hash(after) == hash(Count(ticks=2))
    with pytest.raises(FrozenInstanceError):
        after.ticks = 3  # type: ignore[misc]


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="Count has not all of the fields tick"):
        replace(Count(ticks=1), tick=2)  # type: ignore[call-arg]
