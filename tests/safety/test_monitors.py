"""Monitors count what is wrong now, forget what is over, and take what is no number for wrong."""

import numpy as np
import pytest

from skillc.runtime.safety.monitors import ClampMonitor, PersistentMonitor
from skillc.runtime.safety.trip import Fault

FAULT = Fault(code="R21", fault="tracking_error")


def persistent() -> PersistentMonitor:
    return PersistentMonitor(fault=FAULT, what="error", limit=1.0, hold_after_ticks=3, stop_after_ticks=6)


def test_huge_commands_count_for_one_second_and_no_longer() -> None:
    monitor = ClampMonitor(window_ticks=60, share=0.05)
    seen = [monitor.check(2.0 if tick % 20 == 0 else 0.5, tick) for tick in range(600)]
    assert not any(seen), "three in a second, again and again, are within the share"
    assert monitor.total == 30


def test_more_huge_commands_in_a_second_than_the_share_stop() -> None:
    monitor = ClampMonitor(window_ticks=60, share=0.05)
    seen = [monitor.check(2.0 if tick % 14 == 0 else 0.5, tick) for tick in range(60)]
    (trip,) = [trip for trip in seen if trip is not None][:1]
    assert (trip.code, trip.response, trip.tick) == ("R3", "stop", 42)


@pytest.mark.parametrize("excess", [np.nan, np.inf])
def test_a_demand_that_is_no_number_is_huge(excess: float) -> None:
    monitor = ClampMonitor(window_ticks=60, share=0.05)
    assert [monitor.check(excess, tick) is not None for tick in range(4)] == [False, False, False, True]


def test_what_lasts_holds_then_stops() -> None:
    monitor = persistent()
    seen = [monitor.check(2.0, tick) for tick in range(7)]
    assert [trip.response if trip else None for trip in seen] == [None, None, "hold", "hold", "hold", "stop", "stop"]


def test_what_passes_for_one_tick_starts_anew() -> None:
    monitor = persistent()
    assert not any(monitor.check(0.5 if tick % 3 == 2 else 2.0, tick) for tick in range(60))


@pytest.mark.parametrize("value", [np.nan, -0.1])
def test_a_magnitude_that_is_none_counts_as_too_large(value: float) -> None:
    monitor = persistent()
    assert [monitor.check(value, tick) is not None for tick in range(3)] == [False, False, True]
