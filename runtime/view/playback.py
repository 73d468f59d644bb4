"""One clock that plays: forwards at a chosen speed, to the end, and stands there."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

TICK_S = 1 / 25
"""ours: a picture more often than a browser with a software renderer draws one."""
SPEEDS = {"1/4": 0.25, "1/2": 0.5, "1": 1.0, "2": 2.0, "4": 4.0}


@dataclass(frozen=True, kw_only=True)
class Playhead:
    """Where a clock stands."""

    at_s: float
    end_s: float
    playing: bool = False

    def pressed(self) -> "Playhead":
        """Return the clock after its button: paused, or playing, from the start if it stood at the end."""
        if self.playing:
            return Playhead(at_s=self.at_s, end_s=self.end_s)
        return Playhead(at_s=0.0 if self.at_s >= self.end_s else self.at_s, end_s=self.end_s, playing=True)

    def after(self, passed_s: float, speed: float) -> "Playhead":
        """Return the clock after some time; it stops at its end."""
        if not self.playing:
            return self
        at_s = self.at_s + passed_s * speed
        return Playhead(at_s=min(at_s, self.end_s), end_s=self.end_s, playing=at_s < self.end_s)


class Ticker:
    """Calls `tick` with the seconds since its last call, until stopped."""

    def __init__(self, tick: Callable[[float], None]) -> None:
        """Start in a thread of its own."""
        self._tick, self._stopped = tick, threading.Event()
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return after the last call has ended."""
        self._stopped.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        last = time.monotonic()
        while not self._stopped.wait(TICK_S):
            now = time.monotonic()
            self._tick(now - last)
            last = now
