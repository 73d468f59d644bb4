"""Train step by step with checkpoints, from the last sound one, and back to it when something is not finite (T1-T4)."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from skillc.runtime.learn.session.checkpoint import Checkpoint, keep, newest
from skillc.runtime.learn.session.curves import TrainingCurves
from skillc.runtime.learn.session.refusal import TrainingRefused

MOST_ROLLBACKS = 3
"""ours: as often as a trainer that hangs is begun again (FAULTS T8)."""
DIVERGED = "diverged"
"""Folder of the states in which something was not finite; nothing reads them but people."""


class Diverged(Exception):
    """A loss, gradient or weight is not finite."""


class Trainee(Protocol):
    """What is trained."""

    @property
    def number(self) -> int:
        """Steps taken."""

    @property
    def most(self) -> int:
        """Steps after which the training is over at the latest."""

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""

    def step(self) -> Mapping[str, float]:
        """Take one step and return what is reported of it; raises Diverged."""

    def as_checkpoint(self) -> Checkpoint:
        """Return the whole state."""

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a state, bit by bit."""

    def reseed(self, attempt: int) -> None:
        """Go on with other random numbers than before."""


@dataclass(frozen=True, kw_only=True)
class TrainingProgress:
    """How far a training is."""

    name: str
    number: int
    most: int
    left_s: float
    """Estimated from the steps taken so far, if none ends it early."""
    values: Mapping[str, float]
    note: str = ""


def train(trainee: Trainee, folder: Path, name: str, tell: Callable[[TrainingProgress], None]) -> None:
    """Train to the end, in `folder`.

    Raises:
        TrainingRefused: SK902, every checkpoint is damaged; SK903, the disk is full; SK904, it diverges.
    """
    checkpoint, damaged = newest(folder)
    if damaged and checkpoint is None:
        raise TrainingRefused(
            "SK902",
            f"no checkpoint in {folder} is sound: {', '.join(damaged)}",
            "begin anew with --restart; look after the disk first",
        )
    at_start = TrainingProgress(name=name, number=0, most=trainee.most, left_s=float("nan"), values={})
    if checkpoint is None:
        keep(trainee.as_checkpoint(), folder)
    else:
        trainee.restore(checkpoint)
        at_start = replace(at_start, number=trainee.number, note=f"goes on after {trainee.number} of {trainee.most}")
    if damaged:
        note = f"SK902: {', '.join(damaged)} is damaged; {at_start.note} from the one before"
        at_start = replace(at_start, note=note)
    tell(at_start)
    began, first, rollbacks = time.monotonic(), trainee.number, 0
    with TrainingCurves(folder, resumed_at=trainee.number) as curves:
        while not trainee.finished:
            try:
                values = trainee.step()
            except Diverged as reason:
                rollbacks += 1
                keep(trainee.as_checkpoint(), folder / f"{DIVERGED}-{rollbacks}")
                _roll_back(trainee, folder, rollbacks, reason)
                tell(replace(at_start, number=trainee.number, note=f"SK904: {reason}; goes back to {trainee.number}"))
                continue
            keep(trainee.as_checkpoint(), folder)
            each = (time.monotonic() - began) / max(trainee.number - first, 1)
            curves.add(trainee.number, values)
            tell(replace(at_start, number=trainee.number, left_s=each * (trainee.most - trainee.number), values=values,
                         note=""))  # fmt: skip


def _roll_back(trainee: Trainee, folder: Path, rollbacks: int, reason: Diverged) -> None:
    last, _ = newest(folder)
    if rollbacks > MOST_ROLLBACKS or last is None:
        raise TrainingRefused(
            "SK904",
            f"the training diverges again and again: {reason}",
            f"its states are in {folder}/{DIVERGED}-1 and on; try a smaller learning_rate",
        )
    trainee.restore(last)
    trainee.reseed(rollbacks)
