"""A policy is not trusted: late, dead, frozen, wild, raising or wrongly shaped, each is a fault with a name."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skillc.runtime.formats.contract import ActionTerm
from skillc.runtime.machine.policy_watch import Heard, PolicyReading, PolicyWatch
from tests.machine.kinematic import skill_contract
from tests.safety.four_joints import DT

TERM = ActionTerm(joints=("j2", "j3"), start=0, kind="residual", scale_rad=0.05, origin="test:1:1")
WATCH = PolicyWatch(replace(skill_contract(), action=(TERM,)))


def answer(number: int, action: Any = None, **changes: Any) -> PolicyReading:
    told = np.array([0.1, 0.01 * number]) if action is None else action
    return replace(PolicyReading(number=number, action=told, age_s=0.02, alive=True, error=""), **changes)


def follow(readings: list[PolicyReading], *, still: bool = False) -> tuple[Heard, list[list[str]]]:
    """Return what is known after readings one tick apart, and code and response of each one's trips."""
    heard, found = Heard(), []
    for tick, reading in enumerate(readings):
        heard, trips = WATCH.check(heard, reading, np.full(4, 0.0 if still else 0.01 * tick), tick * DT, tick)
        found.append([f"{t.code} {t.response}" for t in trips])
    return heard, found


def test_a_policy_that_answers_is_heard() -> None:
    heard, found = follow([answer(1 + k // 5) for k in range(60)])
    assert found == [[]] * 60 and heard.action is not None and heard.action[1] == pytest.approx(0.12)


@pytest.mark.parametrize("bad", [np.array([np.nan, 0.0]), np.array([0.0, np.inf])])
def test_a_bad_number_holds_and_three_answers_in_a_row_stop(bad: np.ndarray) -> None:
    heard, found = follow([answer(1), answer(2, bad), answer(2, bad), answer(3, bad), answer(4, bad)])
    assert found == [[], ["R1 hold"], [], ["R1 hold"], ["R1 stop"]]
    assert heard.action is not None and heard.action[1] == 0.01, "what was heard before is what counts"
    assert follow([answer(1, bad), answer(2, bad), answer(3), answer(4, bad)])[1][-1] == ["R1 hold"]


@pytest.mark.parametrize(
    "bad", [np.zeros(3), np.zeros((2, 1)), np.zeros(2, dtype=int), "left", None, [[1.0], [2.0, 3.0]], np.zeros(0)]
)
def test_another_shape_or_type_stops(bad: Any) -> None:
    reading = replace(answer(1), action=bad)
    assert follow([reading])[1] == [["R2 stop"]]
    _, (trip,) = WATCH.check(Heard(), reading, np.zeros(4), 0.0, 0)
    assert "expected 2 float numbers" in trip.message


def test_huge_actions_are_clipped_and_more_than_a_twentieth_of_a_second_stops() -> None:
    heard, found = follow([answer(1, np.array([1e9, -1e9])) for _ in range(5)])
    assert found == [[], [], [], ["R3 stop"], ["R3 stop"]] and heard.action is not None
    np.testing.assert_array_equal(heard.action, [1.0, -1.0])
    assert not any(follow([answer(1 + k, np.array([9.0, k / 10])) for k in range(10)])[1])
    spread = [answer(1 + k, np.array([11.0 if k % 21 == 0 else 0.0, 0.01 * k])) for k in range(200)]
    assert not any(follow(spread)[1]), "three in each second are clipped and counted"


@pytest.mark.parametrize(("age", "said"), [(0.16, []), (0.17, ["R4 hold"]), (0.51, ["R4 stop"]), (-1, ["R4 stop"])])
def test_a_late_policy_holds_and_then_stops(age: float, said: list[str]) -> None:
    assert follow([answer(1, age_s=age)])[1] == [said]


def test_a_policy_that_has_not_answered_yet_is_not_late() -> None:
    assert follow([answer(0, age_s=float("inf"))])[1] == [[]]


def test_a_dead_policy_stops() -> None:
    assert follow([answer(1), answer(1, alive=False)])[1] == [[], ["R5 stop"]]


def test_the_same_answer_for_a_second_while_the_robot_moves_holds() -> None:
    same = [answer(1 + k // 5, np.array([0.2, 0.2])) for k in range(70)]
    found = follow(same)[1]
    assert not any(found[:61]) and found[62] == ["R6 hold"]
    assert not any(follow(same, still=True)[1]), "while it sees the same it may say the same"


def test_what_a_policy_raises_holds() -> None:
    assert follow([answer(1), answer(1, error="ValueError: boom")])[1] == [[], ["R37 hold"]]
