"""Joints on a bench, driven from a process of their own, whose motion is kept where a test can see it."""

import time
from pathlib import Path

import numpy as np

from skillc.runtime.drivers.device import DeviceRefused, Reading

ROWS = 20_000


class BenchDevice:
    """Follows every target at once, and writes time and position of every exchange into a file."""

    def __init__(self, file: Path, n: int, pressed_n: float = 0.0) -> None:
        self._pressed_n = pressed_n
        self._rows = np.memmap(file, np.float64, "w+", shape=(ROWS, n + 1))
        self._count, self._n = 0, n
        self._q = np.zeros(n)

    @property
    def joints(self) -> tuple[str, ...]:
        return tuple(f"j{i}" for i in range(self._n))

    @property
    def rate_hz(self) -> float:
        return 250.0

    @property
    def reading(self) -> Reading:
        now = time.monotonic()
        return Reading(q=self._q, measured_s=now, acknowledged_s=now, pressing_n=self._pressed_n)

    def exchange(self, target: np.ndarray) -> Reading:
        self._q = target
        self._rows[self._count % len(self._rows)] = [time.monotonic(), *target]
        self._count += 1
        return self.reading

    def close(self) -> None:
        self._rows.flush()


def refuses() -> BenchDevice:
    raise DeviceRefused("nothing answers")


def motion(file: Path, n: int) -> np.ndarray:
    """Return time and positions (k, 1 + n) of every exchange so far."""
    rows: np.ndarray = np.array(np.memmap(file, np.float64, "r", shape=(ROWS, n + 1)))
    return rows[rows[:, 0] > 0]
