"""The shipped robots pass the check that other people's robots have to pass; a changed one does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.model_fault import ModelError
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.robot.profile_check import check_robot

ROBOTS = ("kinova_gen3_leap", "xarm6_leap")


@pytest.mark.parametrize("name", ROBOTS)
def test_shipped_robots_are_sound(project: Path, name: str) -> None:
    folder = project / "specs" / "hardware" / name
    checked = check_robot(load_profile(folder), folder)
    assert checked.files == ("robot.xml",) and checked.warnings == ()


def codes(profile: RobotProfile, folder: Path) -> list[str]:
    with pytest.raises(ModelError) as error:
        check_robot(profile, folder)
    return [fault.code for fault in error.value.faults]


def test_numbers_of_a_joint_that_cannot_be(project: Path) -> None:
    folder = project / "specs" / "hardware" / ROBOTS[0]
    profile = load_profile(folder)
    first, *rest = profile.joints
    for change, code in (
        ({"lower": 1.0, "upper": -1.0}, "SK878"),
        ({"upper": float("nan")}, "SK878"),
        ({"home": 99.0}, "SK878"),
        ({"speed": 0.0}, "SK878"),
        ({"kv": -1.0}, "SK882"),
    ):
        assert codes(replace(profile, joints=(replace(first, **change), *rest)), folder) == [code], change


def test_pads_point_somewhere(project: Path) -> None:
    folder = project / "specs" / "hardware" / ROBOTS[0]
    profile = load_profile(folder)
    bent = replace(profile.fingers[0], pad_normal=(0.0, 0.0, 0.0))
    hand = replace(profile.hands[0], fingers=(bent, *profile.fingers[1:]))
    assert codes(replace(profile, hands=(hand,)), folder) == ["SK887"]
