"""Time lost is skipped, and a clock that cannot be trusted stops the run."""

import numpy as np
import pytest

from skillc.runtime.machine.pacing import Pace, keep_pace
from skillc.runtime.safety.trip import Trip

DT = 0.1


def after(times: list[float], allowed: int = 3) -> tuple[Pace, list[Trip | None]]:
    pace, found = Pace(), []
    for tick, t in enumerate(times):
        pace, trip = keep_pace(pace, t, tick, DT, allowed)
        found.append(trip)
    return pace, found


def test_ticks_in_time_are_due_one_period_apart_and_nothing_is_wrong() -> None:
    pace, found = after(list(np.arange(50) * DT + np.linspace(0, 0.09, 50)))
    assert pace.due == pytest.approx(50 * DT) and pace.skipped == 0 and not any(found)


def test_a_late_tick_is_followed_by_one_a_whole_period_later_and_never_by_a_burst() -> None:
    pace, found = after([0.0, 0.1, 0.52])
    assert pace.skipped == 3 and pace.due == pytest.approx(0.6) and not any(found)


def test_the_third_overrun_of_a_second_holds() -> None:
    _, found = after([0.0, 0.25, 0.55, 0.85])
    assert [trip and (trip.code, trip.response) for trip in found] == [None, None, None, ("R32", "hold")]
    _, found = after([0.0, 0.25, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.55])
    assert not any(found), "the first of the three was more than a second ago"


def test_a_process_that_was_frozen_stops() -> None:
    _, found = after([0.0, 0.1, 1.1])
    assert found[-1] is not None and (found[-1].code, found[-1].response) == ("R31", "stop")


@pytest.mark.parametrize("t", [0.1, 0.05, -3.0, float("nan")])
def test_a_clock_that_stalls_or_goes_back_stops(t: float) -> None:
    _, found = after([0.0, 0.1, t])
    assert found[-1] is not None and (found[-1].code, found[-1].response) == ("R34", "stop")
