"""A person or the system asks a running robot to stop: the first signal slows it down, the second ends at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from skillc.runtime.cli.failures import Terminated

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequest:
    """Whether a stop was asked for."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.asked: int | None = None
        """The signal that asked first."""

    def __call__(self) -> bool:
        """Tell whether a stop was asked for."""
        return self.asked is not None

    def end(self) -> None:
        """End the command as its signal wants it, once the robot stands and the log is written.

        Raises:
            KeyboardInterrupt, Terminated: a stop was asked for; exit codes 130 and 143.
        """
        if self.asked is not None:
            raise _ending(self.asked)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked is not None:
            raise _ending(number)
        self.asked = number


@contextmanager
def stop_signals() -> Iterator[StopRequest]:
    """Take SIGINT, SIGTERM and SIGHUP as requests to stop, until the block is left (FAULTS R30)."""
    request = StopRequest()
    before = {number: signal.signal(number, request._hear) for number in STOPPING}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ending(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated()
