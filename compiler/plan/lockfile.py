"""One build at a time per output folder: an advisory lock that dies with its process."""

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 0.5
"""How long a second build waits before it gives up (FAULTS B3: within 1 s)."""


class Busy(Exception):
    """Another process holds the lock; the message names its pid and host."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file `path` for the duration of the block.

    The kernel frees it when the process ends, however it ends, so a dead process never leaves a lock behind.

    Raises:
        Busy: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
                    raise Busy(holder or "an unknown process") from None
                time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
