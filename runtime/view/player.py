"""The buttons that play a time line."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from skillc.runtime.view.playback import SPEEDS, Playhead, Ticker


class Player:
    """A button, a choice of speed, and the clock behind them."""

    def __init__(self, gui: Any, end_s: float, show: Callable[[float], None]) -> None:
        """Add both to `gui`; `show` is called with the time (s) while the clock runs."""
        self._show, self._lock = show, threading.Lock()
        self.head = Playhead(at_s=0.0, end_s=end_s)
        """Where the clock stands."""
        self._button = gui.add_button("Play")
        self._speed = gui.add_dropdown("speed", tuple(SPEEDS), initial_value="1")
        self._clock = gui.add_markdown(_told(self.head))
        self._button.on_click(lambda _: self.press())
        self._ticker = Ticker(self._tick)

    def press(self) -> None:
        """Play or pause."""
        with self._lock:
            self.head = self.head.pressed()
        self._tell()

    def seek(self, at_s: float) -> None:
        """Go on from `at_s` (s): somebody moved the time line."""
        with self._lock:
            self.head = replace(self.head, at_s=min(max(at_s, 0.0), self.head.end_s))
        self._tell()

    def close(self) -> None:
        """Stop the clock."""
        self._ticker.stop()

    def _tick(self, passed_s: float) -> None:
        with self._lock:
            before = self.head
            self.head = before.after(passed_s, SPEEDS[self._speed.value])
        if before.playing:
            self._show(self.head.at_s)
            self._tell()

    def _tell(self) -> None:
        self._button.label = "Pause" if self.head.playing else "Play"
        self._clock.content = _told(self.head)


def _told(head: Playhead) -> str:
    return f"{head.at_s:.2f} of {head.end_s:.2f} s"
