"""Two processes of one run tell each other their newest message: nothing waits, nothing is torn, and death is seen."""

import pickle
import select
import socket
from typing import Any

LARGEST = 1 << 16
"""Bytes of one message: a reading of a robot of a hundred joints takes 3 kB."""
LONGEST_S = 60.0
"""Of one wait."""


class Channel:
    """One of two ends. Both are of one run's own processes: what arrives is unpickled."""

    def __init__(self, end: socket.socket) -> None:
        """Take an end of a connected pair that keeps messages whole."""
        self._end, self.closed = end, False
        """`closed`: the other end is gone, and all that it sent was taken."""
        end.setblocking(False)

    @classmethod
    def pair(cls) -> tuple["Channel", "Channel"]:
        """Return both ends."""
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(one), cls(other)

    def send(self, message: Any) -> None:
        """Send a message; it is lost if the other end is gone, or reads so little that no room is left."""
        try:
            self._end.send(pickle.dumps(message))
        except OSError:
            return  # `newest` tells that it is gone

    def newest(self) -> Any:
        """Return the newest message that has arrived since the last call, None if none has."""
        found = None
        while True:
            try:
                data = self._end.recv(LARGEST)
            except BlockingIOError:
                return found
            except OSError:
                data = b""
            if not data:
                self.closed = True
                return found
            found = pickle.loads(data)

    def wait(self, seconds: float) -> None:
        """Return when a message is there or the other end is gone, at the latest after `seconds`."""
        if not self.closed:
            select.select([self._end], [], [], min(max(0.0, seconds), LONGEST_S))

    def close(self) -> None:
        """Close this end, in this process."""
        self._end.close()
