"""A robot named by its file: emulated devices run, real ones are refused while nothing locates objects for them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.robot_file import driver_from
from skillc.runtime.robot.profile import load_profile


@pytest.fixture
def skill(project: Path) -> SimpleNamespace:
    profile = load_profile(project / "specs/hardware/xarm6_leap")
    return SimpleNamespace(profile=profile, reference=SimpleNamespace(qpos=np.array([profile.home])))


def written(tmp_path: Path, arm: str, hand: str) -> Path:
    file = tmp_path / "robot.toml"
    file.write_text(f'robot = "xarm6_leap"\n[arm]\n{arm}\n[hand]\n{hand}\n', encoding="utf-8")
    return file


def test_emulated_devices_are_named_as_what_they_are(tmp_path: Path, skill: SimpleNamespace) -> None:
    file = written(tmp_path, 'driver = "emulated_xarm"', 'driver = "emulated_leap"')
    assert driver_from(file, skill).moves == "no robot, only emulated devices (arm: emulated_xarm, hand: emulated_leap)"


def test_real_devices_are_refused_while_nothing_locates_objects(tmp_path: Path, skill: SimpleNamespace) -> None:
    file = written(tmp_path, 'driver = "xarm"\naddress = "10.0.0.7"', 'driver = "emulated_leap"')
    with pytest.raises(InputError, match=r"arm: xarm 10\.0\.0\.7"):
        driver_from(file, skill)


def test_a_file_that_is_not_sound_is_an_input_error(tmp_path: Path, skill: SimpleNamespace) -> None:
    with pytest.raises(InputError, match=r"none\.toml"):
        driver_from(tmp_path / "none.toml", skill)
