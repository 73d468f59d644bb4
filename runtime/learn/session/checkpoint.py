"""Checkpoints: whole or not there, told apart from damaged ones by their names, the newest few kept (FAULTS T1-T3).

A checkpoint is one safetensors file `NUMBER-DIGEST.safetensors`: arrays, and small values as JSON in its header. Its
digest in its name is what finds a truncated or changed one.
"""

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from skillc.runtime.learn.session.refusal import TrainingRefused

KEPT = 2
"""As FAULTS T2 asks."""
FOLDER, ENDING = "checkpoints", ".safetensors"
_VALUES = "state"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of a training after a number of steps."""

    number: int
    arrays: Mapping[str, NDArray[Any]]
    values: Mapping[str, Any]
    """JSON data."""


def keep(checkpoint: Checkpoint, folder: Path) -> Path:
    """Write a checkpoint below `folder`, then delete all but the newest `KEPT`; returns its file.

    Raises:
        TrainingRefused: SK903, the disk is full; those written before are untouched.
    """
    told = {_VALUES: json.dumps(checkpoint.values, sort_keys=True)}
    content = save({k: np.ascontiguousarray(v) for k, v in sorted(checkpoint.arrays.items())}, metadata=told)
    place = folder / FOLDER
    name = f"{checkpoint.number:08d}-{_digest(content)}{ENDING}"
    draft = place / f"{name}.part"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place / name)
    except OSError as reason:
        draft.unlink(missing_ok=True)
        if reason.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise TrainingRefused(
            "SK903",
            f"no room for a checkpoint of {len(content) / 1e6:.1f} MB in {place}; the last ones are untouched",
            "free some space and run the same command again: it goes on from the last checkpoint",
        ) from reason
    for old in _newest_first(folder)[KEPT:]:
        old.unlink()
    for left in place.glob("*.part"):
        left.unlink()
    return place / name


def newest(folder: Path) -> tuple[Checkpoint | None, tuple[str, ...]]:
    """Return the newest sound checkpoint below `folder`, or None, and the names of newer ones that are damaged."""
    damaged: list[str] = []
    for path in _newest_first(folder):
        content = path.read_bytes()
        number, _, digest = path.name.removesuffix(ENDING).partition("-")
        if _digest(content) != digest:
            damaged.append(path.name)
            continue
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        values = json.loads(header["__metadata__"][_VALUES])
        return Checkpoint(number=int(number), arrays=load(content), values=values), tuple(damaged)
    return None, tuple(damaged)


def _newest_first(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob(f"*{ENDING}"), reverse=True)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
