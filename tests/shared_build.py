"""What is made once in a test run, however many worker processes take part in it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder that `make` wrote; the first worker makes it, the others wait for it and read it.

    Args:
        factory: Gives the folder of this run.
        name: Of the folder; one name, one way of making.
        make: Writes into the folder it is given, which does not exist yet.
    """
    run = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    out, done = run / f"shared-{name}", run / f"shared-{name}.made"
    with (run / f"shared-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(out)
            done.touch()
    return out
