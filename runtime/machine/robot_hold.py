"""One run at a time on a robot, and nothing after a STOP until a person has looked.

A robot has a file in the user's folder: who runs it holds it locked, and the reason of a STOP stays in it until it is
acknowledged. A process that dies lets go of the lock by itself.
"""

import fcntl
import json
import os
import re
import socket
from pathlib import Path
from typing import IO, Self


class RobotBusy(RuntimeError):
    """Another run holds the robot; the message says which."""


class Unacknowledged(RuntimeError):
    """The last run ended in STOP and nobody has acknowledged it; the message says why it stopped."""


def folder() -> Path:
    """Return where robots are kept: `$SKILLC_STATE/robots` or `~/.local/state/skillc/robots`."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(os.environ.get("SKILLC_STATE") or Path(base) / "skillc") / "robots"


class RobotHold:
    """Holds a robot while the context lasts."""

    def __init__(self, robot: str) -> None:
        """Name the robot: its driver, `package:name`."""
        self._robot = robot
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take hold of the robot.

        Raises:
            RobotBusy: another run has it.
        """
        place = folder()
        place.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9_.-]", lambda sign: f"%{ord(sign.group()):x}", self._robot)
        self._file = (place / f"{name}.json").open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as reason:
            held = self._read()
            self._file.close()
            told = f"process {held.get('pid', '?')} on {held.get('host', '?')}"
            raise RobotBusy(f"{self._robot} is in use by {told}") from reason
        self._write(pid=os.getpid(), host=socket.gethostname(), stopped=self.stopped)
        return self

    def __exit__(self, *reason: object) -> None:
        """Let go."""
        if self._file is not None:
            self._file.close()

    @property
    def stopped(self) -> str:
        """Why the last run ended in STOP; empty where it did not, or a person has acknowledged it."""
        return str(self._read().get("stopped", ""))

    def require_acknowledged(self) -> None:
        """Refuse a robot that stopped; raises Unacknowledged."""
        if self.stopped:
            raise Unacknowledged(f"{self._robot} ended its last run in STOP: {self.stopped}")

    def acknowledge(self) -> None:
        """Note that a person has looked."""
        self.stop("")

    def stop(self, reason: str) -> None:
        """Note why the run ended in STOP."""
        self._write(pid=os.getpid(), host=socket.gethostname(), stopped=reason)

    def _read(self) -> dict[str, object]:
        assert self._file is not None
        self._file.seek(0)
        try:
            found = json.loads(self._file.read() or "{}")
        except ValueError:
            return {"stopped": "its record cannot be read"}
        return found if isinstance(found, dict) else {"stopped": "its record cannot be read"}

    def _write(self, **fields: object) -> None:
        assert self._file is not None
        self._file.seek(0)
        self._file.truncate()
        self._file.write(json.dumps(fields))
        self._file.flush()
