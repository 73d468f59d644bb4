"""The controller of an xArm on a loopback address: the commands that the driver uses, and its state reports.

Written from the xArm developer manual (private protocol over TCP: number 2, protocol 2, length 2, command 1, then state
and data; reports of port 30001). The SDK's control port, 502, is one that only root may open: `use_control_port` has
the SDK take another one in this process.
"""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable

import numpy as np

from skillc.runtime.formats.arrays import FloatArray

CONTROL_PORT, REPORT_PORT = 30502, 30001
"""Ours instead of 502; the maker's."""
REPORT_S = 0.05
"""Of the emulator; the maker's controller reports every 0.2 s."""
AXES = 6
LAG_S = 0.02
"""Of the emulated servo; not the maker's."""
VERSION = b"6,6,XI120000,AC120000,v2.0.0"
EMERGENCY_STOP = 1
"""Error code of the emergency button."""


def use_control_port() -> None:
    """Have the SDK connect to the emulator's control port."""
    from xarm.core.config.x_config import XCONF

    XCONF.SocketConf.TCP_CONTROL_PORT = CONTROL_PORT


class EmulatedXArm:
    """An arm behind `address`; a context."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Stand at zero, not enabled, in position mode."""
        self._clock, self._ending, self._lock = clock, threading.Event(), threading.Lock()
        self.q, self.goal = np.zeros(AXES), np.zeros(AXES)
        self._since = clock()
        self.error, self.mode, self.state, self.enabled = 0, 0, 4, False
        """May be set, as a fault or another client does."""
        self.silent = self.deaf = False
        """No state is reported; no command is answered."""
        self.servoed = 0
        """Servo positions heard so far, taken or not."""
        # Every emulator has a loopback address of its own, and the ports that the SDK knows.
        self.address = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
        self._control, self._report = self._listening(CONTROL_PORT), self._listening(REPORT_PORT)
        self._threads = [
            threading.Thread(target=self._accept, args=(listener, serve), daemon=True)
            for listener, serve in ((self._control, self._serve), (self._report, self._tell))
        ]

    def __enter__(self) -> "EmulatedXArm":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()
        self._control.close()
        self._report.close()

    def joints(self) -> FloatArray:
        """Return where the joints are now, rad."""
        with self._lock:
            now = self._clock()
            if self.enabled and not self.error:
                self.q = self.q + (self.goal - self.q) * (1 - np.exp(-(now - self._since) / LAG_S))
            self._since = now
            return self.q.copy()

    def _listening(self, port: int) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.address, port))
        listener.listen()
        listener.settimeout(0.05)
        return listener

    def _accept(self, listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        while not self._ending.is_set():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            client.settimeout(0.05)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Answer commands until the client is gone."""
        heard = b""
        with client:
            while not self._ending.is_set():
                try:
                    data = client.recv(4096)
                except TimeoutError:
                    continue
                except OSError:
                    return
                if not data:
                    return
                heard += data
                while len(heard) >= 6 and len(heard) >= (size := 6 + int.from_bytes(heard[4:6], "big")):
                    request, heard = heard[:size], heard[size:]
                    if not self.deaf:
                        client.sendall(self._answer(request))

    def _answer(self, request: bytes) -> bytes:
        command, told = request[6], request[7:]
        self.servoed += command == 29
        data = self._obey(command, told)
        ready = self.enabled and not self.error and self.state not in (4, 5)
        state = (0x40 if self.error else 0) | (0 if ready else 0x10)
        body = bytes([command, state]) + data
        return request[:4] + len(body).to_bytes(2, "big") + body

    def _obey(self, command: int, told: bytes) -> bytes:
        """Carry out a command; return the data of its answer."""
        if command == 1:
            return VERSION.ljust(40, b"\0")
        if command == 11:
            self.enabled = bool(told[1])
        elif command == 12:
            self.state = 4 if self.error else {0: 2}.get(told[0], told[0])
            self.goal = self.joints()
        elif command == 13:
            return bytes([self.state])
        elif command == 15:
            return bytes([self.error, 0])
        elif command == 16:
            self.error = 0
        elif command == 19:
            self.mode, self.state = told[0], 5
        elif command == 29 and self.mode == 1 and not self.error and self.state not in (4, 5):
            self.joints()
            self.goal = np.array(struct.unpack("<7f", told[:28])[:AXES])
        elif command == 42:
            return struct.pack("<7f", *self.joints(), 0.0)
        return b"" if command != 14 else bytes(2)

    def _tell(self, client: socket.socket) -> None:
        """Report the state until the client is gone."""
        with client:
            while not self._ending.wait(REPORT_S):
                head = bytes([self.mode << 4 | (4 if self.error else self.state)]) + bytes(2)
                body = struct.pack("<7f", *self.joints(), 0.0) + bytes(6 * 4 + 7 * 4)
                tail = bytes([0, 0x3F if self.enabled else 0, self.error, 0]) + bytes(6 * 4 + 4 * 4 + 2 + 3 * 4)
                report = head + body + tail
                try:
                    if not self.silent:
                        client.sendall((len(report) + 4).to_bytes(4, "big") + report)
                except OSError:
                    return
