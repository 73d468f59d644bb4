"""What `plan` says has changed since a stage last ran."""

from types import SimpleNamespace
from typing import Any

import pytest

from skillc.compiler.plan.ingredients import changes


def told(before: object, after: object) -> tuple[str, ...]:
    def whole(value: object) -> dict[str, Any]:
        return {"parameters": {"rewards": value}, "files": {}, "needs": {}, "code": {}, "libraries": {}}

    return changes(whole(before), SimpleNamespace(as_json=lambda: whole(after)))  # type: ignore[arg-type]


ROWS = [{"name": "a", "weight": 1.0}, {"name": "b", "weight": -0.01}]


def test_a_changed_row_is_named_and_its_namesake_is_what_it_is_compared_with() -> None:
    changed = [{"name": "b", "weight": -0.02}, {"name": "a", "weight": 1.0}]
    assert told(ROWS, changed) == ("rewards.b.weight: -0.01 -> -0.02",)
    assert told(ROWS, ROWS[:1])[0].startswith("rewards.b: {") and told(ROWS, ROWS[:1])[0].endswith("-> nothing")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([1, 2], [1, 3], "rewards: [1, 2] -> [1, 3]"),
        ([{"name": "a"}, {"name": "a"}], [{"name": "a"}], "rewards: [{'name': 'a'}, {'name': 'a'}] -> [{'name': 'a'}]"),
        ([{"x": 1}], [{"x": 2}], "rewards: [{'x': 1}] -> [{'x': 2}]"),
    ],
)
def test_rows_without_names_of_their_own_are_compared_whole(old: object, new: object, expected: str) -> None:
    assert told(old, new) == (expected,)
