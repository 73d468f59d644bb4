"""Read a run's log, whole or cut off: what a killed process left behind is read up to where it ends."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path

from mcap.exceptions import McapError
from mcap.records import Attachment, Message, Metadata
from mcap.stream_reader import CRCValidationError, StreamReader

from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.reference import Reference
from skillc.runtime.machine.log_file import ATTACHED, NAME, VERSION, scene_file
from skillc.runtime.machine.planned import SceneMotion
from skillc.runtime.machine.row import Ending, Row
from skillc.runtime.machine.row_codec import ending_from_json, row_from_json

LARGEST_RECORD = 1 << 28
"""ours: bytes; a reference of an hour has fewer."""


@dataclass(frozen=True, kw_only=True)
class LoggedRun:
    """What a log holds."""

    machine: Machine
    contract: Contract
    reference: Reference
    policy: bool
    """A policy corrected the reference."""
    rows: tuple[Row, ...]
    ending: Ending | None
    """None where the process died before the run ended."""
    cut: str
    """Why reading ended before the file did; empty if it did not."""


def read_log(path: Path) -> LoggedRun:
    """Read `path`, a log or the folder of one.

    Raises:
        FormatError: it is no log, or not even what the run was compiled from is in it.
    """
    path = path / NAME if path.is_dir() else path
    attached: dict[str, bytes] = {}
    about: dict[str, dict[str, str]] = {}
    motions: dict[int, SceneMotion] = {}
    rows: list[Row] = []
    cut = ""
    try:
        with path.open("rb") as file:
            for record in StreamReader(file, validate_crcs=True, record_size_limit=LARGEST_RECORD).records:
                if isinstance(record, Attachment):
                    attached[record.name] = record.data
                    motions |= _motion(record.name, attached)
                elif isinstance(record, Metadata):
                    about[record.name] = record.metadata
                elif isinstance(record, Message):
                    rows.append(row_from_json(json.loads(record.data), motions))
    except OSError as reason:
        raise FormatError(f"{path}: not readable as a log of a run: {reason}") from reason
    except (McapError, CRCValidationError, struct.error, EOFError) as reason:
        cut = str(reason) or type(reason).__name__
    except (KeyError, TypeError, ValueError, RuntimeError, MemoryError) as reason:
        cut = f"{type(reason).__name__}: {reason}"
    if "run" not in about or not set(ATTACHED) <= set(attached):
        raise FormatError(f"{path}: is not a log of a run" + (f": {cut}" if cut else ""))
    if about["run"].get("version") != VERSION:
        found = about["run"].get("version")
        raise FormatError(f"{path}: log version {found} found, this release reads version {VERSION}")
    try:
        ending = ending_from_json(json.loads(about["ending"]["json"])) if "ending" in about else None
    except (KeyError, TypeError, ValueError) as reason:
        ending, cut = None, f"{type(reason).__name__}: {reason}"
    return LoggedRun(
        machine=Machine.parse(attached[Machine.FILE], f"{path}: {Machine.FILE}"),
        contract=Contract.parse(attached[Contract.FILE], f"{path}: {Contract.FILE}"),
        reference=Reference.parse(attached[Reference.FILE], f"{path}: {Reference.FILE}"),
        policy=about["run"].get("policy") == "true",
        rows=tuple(rows),
        ending=ending,
        cut=cut,
    )


def _motion(name: str, attached: dict[str, bytes]) -> dict[int, SceneMotion]:
    """Return the motion that is whole with the attachment `name`, under the number of its look; else nothing."""
    words = name.split("/")
    if words[0] != "scene" or not words[1].isdecimal() or name != scene_file(int(words[1]), Contract):
        return {}
    number = int(words[1])
    reference = Reference.parse(attached[scene_file(number, Reference)], name)
    return {number: SceneMotion(reference=reference, body=Contract.parse(attached[name], name).body)}
