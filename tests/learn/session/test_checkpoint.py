import errno
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.learn.session.checkpoint import KEPT, Checkpoint, keep, newest
from skillc.runtime.learn.session.refusal import TrainingRefused


def checkpoint(number: int) -> Checkpoint:
    arrays = {"weight": np.full(5, number, dtype=np.float32), "generator": np.arange(8, dtype=np.uint8)}
    return Checkpoint(number=number, arrays=arrays, values={"best": 0.1 * number, "none": None})


def test_what_was_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    keep(checkpoint(3), tmp_path)
    found, damaged = newest(tmp_path)
    assert found is not None and damaged == ()
    assert (found.number, found.values) == (3, {"best": 0.1 * 3, "none": None})
    assert found.arrays["weight"].dtype == np.float32 and found.arrays["weight"].tolist() == [3.0] * 5


def test_the_newest_few_are_kept(tmp_path: Path) -> None:
    files = [keep(checkpoint(n), tmp_path) for n in range(5)]
    assert [f.exists() for f in files] == [False] * (5 - KEPT) + [True] * KEPT


def test_equal_states_make_equal_bytes(tmp_path: Path) -> None:
    first, second = keep(checkpoint(1), tmp_path / "a"), keep(checkpoint(1), tmp_path / "b")
    assert first.name == second.name and first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_checkpoint_is_named_and_the_one_before_used(tmp_path: Path, damage: str) -> None:
    keep(checkpoint(1), tmp_path)
    last = keep(checkpoint(2), tmp_path)
    content = last.read_bytes()
    last.write_bytes(content[:-7] if damage == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    found, damaged = newest(tmp_path)
    assert found is not None and found.number == 1
    assert damaged == (last.name,)


def test_a_full_disk_leaves_the_last_checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(checkpoint(1), tmp_path)

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(TrainingRefused, match="SK903: no room for a checkpoint"):
        keep(checkpoint(2), tmp_path)
    monkeypatch.undo()
    found, damaged = newest(tmp_path)
    assert found is not None and (found.number, damaged) == (1, ())
    assert not list((tmp_path / "checkpoints").glob("*.part"))


def test_an_empty_folder_has_none(tmp_path: Path) -> None:
    assert newest(tmp_path) == (None, ())
