"""One trainer per folder (FAULTS T7): the hold ends with the process, however that ends."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skillc.runtime.learn.session.refusal import TrainingRefused

FILE = "trainer"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a training folder for this process.

    Raises:
        TrainingRefused: SK900, another process holds it; it is named.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / FILE).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as reason:
            file.seek(0)
            raise TrainingRefused(
                "SK900",
                f"{folder} is being trained by {file.read().strip() or 'another process'}",
                "wait for it, stop it, or give another folder with --out",
            ) from reason
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        yield
