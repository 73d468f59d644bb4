"""A person at a running robot: what it does now, how long it may still do it, how near its limits it is; and keys.

p pauses and goes on, s goes on to the next state and pauses there, a stops the run. Only on a terminal.
"""

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import numpy as np

from skillc.runtime.cli.text import printable
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import FINAL_KINDS, Machine
from skillc.runtime.machine.execute import feedback_of
from skillc.runtime.machine.ports import Log
from skillc.runtime.machine.row import Ending, Row

REFRESHED_S = 0.2
"""ours: five times a second is as fast as a number can be read."""
MOST_KEYS = 16
KEYS = "p pause, s step, a abort"


class Operator:
    """Keeps a log on its way, and tells it to a terminal; without one it only keeps it."""

    def __init__(
        self,
        log: Log,
        machine: Machine,
        contract: Contract,
        *,
        keys: int | None,
        screen: TextIO | None,
        idle_s: float,
    ) -> None:
        """Take the log and the terminal.

        Args:
            log: gets every row.
            machine: whose states are counted down.
            contract: limits that margins are told of.
            keys: descriptor where keys are read; None for nowhere.
            screen: where it is told; None for nowhere.
            idle_s: s to sleep at each paused tick: a simulation has no clock to wait for.
        """
        self._log, self._contract, self._keys, self._screen = log, contract, keys, screen
        self._timeouts = {s.name: s.timeout_s for s in machine.states if s.kind not in FINAL_KINDS}
        self._state, self._ticks, self._idle_s = "", 0, idle_s
        self._sent = np.full(len(contract.joints), np.nan)
        self._paused, self._steps = False, False
        self._shown_s = float("-inf")
        self.aborted = False
        """The person asked to stop."""

    def paused(self) -> bool:
        """Read the keys; tell whether the robot waits."""
        for key in self._pressed():
            if key == "p":
                self._paused, self._steps = not self._paused, False
            elif key == "s":
                self._paused, self._steps = False, True
            elif key == "a":
                self.aborted = True
        if self._paused and not self.aborted:
            time.sleep(self._idle_s)
            return True
        return False

    def add(self, row: Row) -> None:
        """Keep a row, and tell it."""
        self._log.add(row)
        if row.state != self._state:
            self._paused = self._paused or (self._steps and bool(self._state))
            self._steps = self._steps and not self._paused
            self._state, self._ticks = row.state, 0
            for event in row.events:
                self._print(f"{self._at(row)}  {event.target}: {printable(event.reason)}")
        self._ticks += not row.paused
        for trip in (*row.trips, *row.sent.trips) if row.events else ():
            self._print(f"{self._at(row)}  {trip.code} {printable(trip.message)}")
        self._refresh(row)
        self._sent = row.sent.q

    def end(self, ending: Ending) -> None:
        """Keep how the run ended."""
        self._log.end(ending)
        self._print("")

    def line(self, row: Row) -> str:
        """Return what is told of a row: state, time left in it, and margins."""
        rate, bounds = self._contract.control_rate_hz, self._contract.safety
        left = self._timeouts.get(row.state, 0.0) - self._ticks / rate
        body = [group not in self._contract.hand_groups for group in self._contract.joint_groups]
        errors = (
            np.abs(row.measured.qpos - self._sent)[body] if row.measured.qpos.shape == self._sent.shape else [np.nan]
        )
        lag = float(np.max(errors, initial=0.0)) if np.isfinite(errors).all() else 0.0
        force = feedback_of(row.measured).contact_force_n
        doing = "paused" if row.paused else row.state
        margins = (
            f"lag {lag:.3f} of {bounds.tracking_error_rad:.3f} rad  force {force:.1f} of {bounds.contact_force_n:.0f} N"
        )
        return f"{self._at(row)}  {doing:<10} {max(left, 0.0):5.1f} s left  {margins}  [{KEYS}]"

    def _at(self, row: Row) -> str:
        return f"{row.tick / self._contract.control_rate_hz:7.2f} s"

    def _refresh(self, row: Row) -> None:
        now = time.monotonic()
        if self._screen is not None and now - self._shown_s >= REFRESHED_S:
            self._shown_s = now
            self._tell("\r\x1b[K" + self.line(row))

    def _print(self, text: str) -> None:
        self._tell(f"\r\x1b[K{text}\n" if text else "\r\x1b[K")

    def _tell(self, text: str) -> None:
        if self._screen is not None:
            try:
                self._screen.write(text)
                self._screen.flush()
            except OSError:
                self._screen = None  # a terminal that is gone is no reason to stop

    def _pressed(self) -> str:
        """Return the keys pressed since the last tick; a terminal that is closed has none any more."""
        if self._keys is None or not select.select([self._keys], [], [], 0)[0]:
            return ""
        try:
            pressed = os.read(self._keys, MOST_KEYS)
        except OSError:
            pressed = b""
        self._keys = self._keys if pressed else None
        return pressed.decode("ascii", "replace")


@contextmanager
def raw_keys() -> Iterator[int | None]:
    """Read keys as they are pressed, if somebody sits at a terminal; the terminal is as before afterwards."""
    if not (sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()):
        yield None
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield sys.stdin.fileno()
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
