import os
from pathlib import Path

import pytest

from skillc.runtime.learn.session.hold import held
from skillc.runtime.learn.session.refusal import TrainingRefused


def test_a_second_trainer_is_refused_and_the_first_one_named(tmp_path: Path) -> None:
    with (
        held(tmp_path),
        pytest.raises(TrainingRefused, match=f"SK900: .* is being trained by process {os.getpid()}"),
        held(tmp_path),
    ):
        pass


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with held(tmp_path):
            pass
