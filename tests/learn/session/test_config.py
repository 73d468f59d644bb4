from pathlib import Path

import pytest

from skillc.runtime.learn.session.config import begun_with
from skillc.runtime.learn.session.refusal import TrainingRefused

CONFIG = {"seed": 0, "settings": {"batch_size": 256, "voxel": (0.01, 0.017)}}


def test_the_same_settings_go_on(tmp_path: Path) -> None:
    begun_with(tmp_path, CONFIG)
    begun_with(tmp_path, CONFIG)


def test_other_settings_are_refused_and_every_difference_shown(tmp_path: Path) -> None:
    begun_with(tmp_path, CONFIG)
    with pytest.raises(TrainingRefused) as refused:
        begun_with(tmp_path, {"seed": 1, "settings": {"voxel": (0.01, 0.017), "dropout": 0.1}})
    assert refused.value.code == "SK901"
    told = refused.value.message.splitlines()[1:]
    assert told == ["  seed: 0 -> 1", "  settings.batch_size: 256 -> null", "  settings.dropout: null -> 0.1"]


def test_a_damaged_record_of_the_settings_is_refused(tmp_path: Path) -> None:
    begun_with(tmp_path, CONFIG)
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(TrainingRefused, match="SK901"):
        begun_with(tmp_path, CONFIG)
