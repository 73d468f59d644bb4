"""A clock plays at its speed, stops at its end, and starts anew from there."""

import threading

import pytest

from skillc.runtime.view.playback import SPEEDS, Playhead, Ticker


def test_a_paused_clock_stands() -> None:
    assert Playhead(at_s=1.0, end_s=2.0).after(0.5, 1.0) == Playhead(at_s=1.0, end_s=2.0)


@pytest.mark.parametrize("speed", SPEEDS.values())
def test_a_playing_clock_goes_at_its_speed(speed: float) -> None:
    assert Playhead(at_s=1.0, end_s=9.0, playing=True).after(0.5, speed).at_s == 1.0 + 0.5 * speed


def test_a_clock_stops_at_its_end_and_plays_from_the_start_again() -> None:
    ended = Playhead(at_s=1.9, end_s=2.0, playing=True).after(0.5, 1.0)
    assert ended == Playhead(at_s=2.0, end_s=2.0)
    assert ended.pressed() == Playhead(at_s=0.0, end_s=2.0, playing=True)


def test_the_button_pauses_where_the_clock_is() -> None:
    playing = Playhead(at_s=0.7, end_s=2.0).pressed()
    assert playing.playing and not playing.pressed().playing and playing.pressed().at_s == 0.7


def test_a_stopped_ticker_calls_no_more() -> None:
    called, first = [], threading.Event()

    def tick(passed_s: float) -> None:
        called.append(passed_s)
        first.set()

    ticker = Ticker(tick)
    assert first.wait(5)
    ticker.stop()
    count = len(called)
    assert all(passed > 0 for passed in called)
    threading.Event().wait(0.15)
    assert len(called) == count
