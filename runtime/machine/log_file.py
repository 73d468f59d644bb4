"""A run's log as an MCAP file, written beside the loop: `run.mcap`.

The file holds what the run was compiled from (contract, machine and reference are attached), and one message a tick.
Rows go through a ring buffer to a thread that writes a piece of the file four times a second, so that all but the
last second survives the death of the process. A disk that is full or slow costs rows, never time: what could not be
kept is counted and the log says that it is incomplete (FAULTS R35).
"""

import json
import threading
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import IO

from mcap.writer import CompressionType, Writer

from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.reference import Reference
from skillc.runtime.machine.row import Ending, Row
from skillc.runtime.machine.row_codec import JSON, ending_as_json, row_as_json

NAME = "run.mcap"
ATTACHED = (Machine.FILE, Contract.FILE, Reference.FILE)
PROFILE = "skillc.run"
VERSION = "2"
FLUSH_S = 0.25
"""ours: a quarter of the second that may be lost."""
RING_ROWS = 3600
"""ours: a minute at 60 Hz; a disk that stalls for longer loses the oldest."""
CLOSE_S = 5.0
"""ours: how long the end of a run waits for a slow disk."""
ROW_SCHEMA: JSON = {
    "type": "object",
    "properties": {
        "tick": {"type": "integer"},
        "t": {"type": "number", "description": "s"},
        "measured": {"type": "object", "description": "what the tick was decided on"},
        "policy": {"type": ["object", "null"]},
        "planner": {"type": ["object", "null"], "description": "its motion is attached, scene/NUMBER/"},
        "interrupted": {"type": "boolean"},
        "paused": {"type": "boolean"},
        "bad_state": {"type": "string"},
        "command": {"type": ["array", "null"], "description": "rad, wanted", "items": {"type": "number"}},
        "sent": {"type": "object", "description": "what the safety filter made of it"},
        "state": {"type": "string"},
        "sample": {"type": "integer"},
        "events": {"type": "array"},
        "trips": {"type": "array"},
    },
}


class LogFile:
    """Writes one run; use it as a context, so that the file is closed however the run ends."""

    def __init__(
        self,
        folder: Path,
        machine: Machine,
        contract: Contract,
        reference: Reference,
        *,
        policy: bool = False,
        about: dict[str, str] | None = None,
        open_file: IO[bytes] | None = None,
    ) -> None:
        """Start `folder`/run.mcap; `about` is kept for people.

        Raises:
            FileExistsError: the folder holds a log; a run never overwrites another's.
        """
        self.path = folder / NAME
        folder.mkdir(parents=True, exist_ok=True)
        self._file = open_file or self.path.open("xb")
        self._ring: deque[Row] = deque(maxlen=RING_ROWS)
        self._written = self._added = 0
        self._ending: Ending | None = None
        self.problem = ""
        """Why rows were lost; empty if none were."""
        self._closing = threading.Event()
        self._attachments = {kind.FILE: kind.as_bytes() for kind in (machine, contract, reference)}
        self._contract, self._attached = contract, 0
        self._about = {"policy": str(policy).lower(), **(about or {})}
        self._thread = threading.Thread(target=self._serve, name="log", daemon=True)
        self._thread.start()

    def __enter__(self) -> "LogFile":
        return self

    def __exit__(self, *reason: object) -> None:
        """Write what is left."""
        self._closing.set()
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            self.problem = self.problem or f"the disk did not take the log within {CLOSE_S:g} s"

    @property
    def lost_ticks(self) -> int:
        """Rows that are not in the file; final once the log is closed."""
        return self._added - self._written

    def add(self, row: Row) -> None:
        """Take a row; if the ring is full its oldest is lost."""
        self._added += 1
        self._ring.append(row)

    def end(self, ending: Ending) -> None:
        """Take how the run ended."""
        self._ending = ending

    def _serve(self) -> None:
        try:
            with self._file:
                self._write()
        except (OSError, ValueError) as reason:  # ValueError: the file was closed under it
            self.problem = str(reason)

    def _write(self) -> None:
        writer = Writer(self._file, compression=CompressionType.LZ4)
        writer.start(profile=PROFILE, library="skillc")
        writer.add_metadata("run", {"version": VERSION, **self._about})
        for name, data in self._attachments.items():
            writer.add_attachment(
                create_time=0, log_time=0, name=name, media_type="application/octet-stream", data=data
            )
        schema = writer.register_schema("skillc.Tick", "jsonschema", json.dumps(ROW_SCHEMA).encode())
        channel = writer.register_channel("/tick", "json", schema)
        taken = 0
        while True:
            closing = self._closing.is_set()
            while self._ring:
                row = self._ring.popleft()
                for name, data in self._new_motion(row).items():
                    writer.add_attachment(
                        create_time=0, log_time=0, name=name, media_type="application/octet-stream", data=data
                    )
                at = max(0, int(row.t * 1e9)) if abs(row.t) < 1e9 else 0
                data = json.dumps(row_as_json(row), allow_nan=False).encode()
                writer.add_message(channel, log_time=at, publish_time=at, sequence=row.tick, data=data)
                taken += 1
            writer.flush()  # type: ignore[no-untyped-call]
            self._written = taken
            if closing:
                break
            self._closing.wait(FLUSH_S)
        if self._ending is not None:
            ending = {**ending_as_json(self._ending), "lost_ticks": self.lost_ticks}
            writer.add_metadata("ending", {"json": json.dumps(ending)})
        writer.finish()  # type: ignore[no-untyped-call]

    def _new_motion(self, row: Row) -> dict[str, bytes]:
        """Return the files of a motion that was laid for the scene, at the first row that knows of it."""
        told = row.planner
        if told is None or told.motion is None or told.number == self._attached:
            return {}
        self._attached = told.number
        contract = replace(self._contract, body=told.motion.body)
        return {scene_file(told.number, made): made.as_bytes() for made in (told.motion.reference, contract)}


def scene_file(number: int, kind: Artifact | type[Artifact]) -> str:
    """Return the name of what is attached for the motion of a look."""
    return f"scene/{number}/{kind.FILE}"


def new_folder(runs: Path) -> Path:
    """Make and return the first of `runs`/0, `runs`/1 ... that is not there yet."""
    runs.mkdir(parents=True, exist_ok=True)
    number = sum(1 for _ in runs.iterdir())
    while True:
        folder = runs / str(number)
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
            continue
        return folder
