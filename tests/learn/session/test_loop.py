from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.learn.session.checkpoint import Checkpoint, keep
from skillc.runtime.learn.session.loop import Diverged, TrainingProgress, train
from skillc.runtime.learn.session.refusal import TrainingRefused


class Sum:
    """Adds random numbers; diverges at the steps it is told to, unless it was reseeded since."""

    def __init__(self, most: int = 5, *, diverges_at: tuple[int, ...] = (), always: bool = False) -> None:
        self.number, self.most, self.total, self.attempt = 0, most, 0.0, 0
        self._rng, self._at, self._always = np.random.default_rng(0), diverges_at, always

    @property
    def finished(self) -> bool:
        return self.number >= self.most

    def step(self) -> Mapping[str, float]:
        if self.number in self._at and (self._always or self.attempt == 0):
            raise Diverged("loss nan")
        self.total += float(self._rng.random())
        self.number += 1
        return {"total": self.total}

    def as_checkpoint(self) -> Checkpoint:
        state = self._rng.bit_generator.state["state"]
        return Checkpoint(
            number=self.number, arrays={"total": np.array([self.total])}, values={k: str(v) for k, v in state.items()}
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        self.number, self.total = checkpoint.number, float(checkpoint.arrays["total"][0])
        state = self._rng.bit_generator.state
        state["state"] = {k: int(v) for k, v in checkpoint.values.items()}
        self._rng.bit_generator.state = state

    def reseed(self, attempt: int) -> None:
        self.attempt = attempt


def quiet(progress: TrainingProgress) -> None:
    pass


def interrupted_at(number: int, folder: Path) -> None:
    def stop(progress: TrainingProgress) -> None:
        if progress.number == number:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(Sum(), folder, "sum", stop)


def test_an_interrupted_training_ends_where_an_uninterrupted_one_does(tmp_path: Path) -> None:
    whole, resumed = Sum(), Sum()
    train(whole, tmp_path / "whole", "sum", quiet)
    interrupted_at(3, tmp_path / "cut")
    train(resumed, tmp_path / "cut", "sum", quiet)
    assert resumed.total == whole.total
    rows = [(tmp_path / name / "metrics.csv").read_text() for name in ("whole", "cut")]
    assert rows[0] == rows[1] and rows[0].splitlines()[0] == "step,total" and len(rows[0].splitlines()) == 6


def test_a_damaged_checkpoint_is_told_and_costs_one_step(tmp_path: Path) -> None:
    interrupted_at(3, tmp_path)
    last = max((tmp_path / "checkpoints").iterdir())
    last.write_bytes(last.read_bytes()[:-3])
    told: list[TrainingProgress] = []
    trainee = Sum()
    train(trainee, tmp_path, "sum", told.append)
    assert "SK902" in told[0].note and last.name in told[0].note and "goes on after 2 of 5" in told[0].note
    whole = Sum()
    train(whole, tmp_path / "whole", "sum", quiet)
    assert trainee.total == whole.total


def test_without_any_sound_checkpoint_nothing_is_begun_anew_unasked(tmp_path: Path) -> None:
    keep(Sum().as_checkpoint(), tmp_path).write_bytes(b"")
    with pytest.raises(TrainingRefused, match=r"SK902: no checkpoint in .* is sound"):
        train(Sum(), tmp_path, "sum", quiet)


def test_what_is_not_finite_is_dumped_and_the_last_checkpoint_tried_with_other_numbers(tmp_path: Path) -> None:
    trainee, told = Sum(diverges_at=(2,)), []
    train(trainee, tmp_path, "sum", told.append)
    assert trainee.finished and trainee.attempt == 1
    assert any("SK904: loss nan; goes back to 2" in p.note for p in told)
    assert list((tmp_path / "diverged-1" / "checkpoints").iterdir())


def test_a_training_that_diverges_again_and_again_fails(tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match="SK904: the training diverges again and again: loss nan"):
        train(Sum(diverges_at=(2,), always=True), tmp_path, "sum", quiet)
    assert len(list(tmp_path.glob("diverged-*"))) == 4


def test_the_time_left_is_told(tmp_path: Path) -> None:
    told: list[TrainingProgress] = []
    train(Sum(), tmp_path, "sum", told.append)
    assert [p.number for p in told] == [0, 1, 2, 3, 4, 5]
    assert all(p.left_s >= 0.0 for p in told[1:]) and told[-1].left_s == 0.0
