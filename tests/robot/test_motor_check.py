"""What a profile says about its motors and how they are commanded speaks of joints and groups that it has."""

from dataclasses import replace
from pathlib import Path

import pytest

from skillc.runtime.formats.motors import CommandMode, Motor
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.motor_check import check_motors
from skillc.runtime.robot.profile import load_profile

ROBOTS = ("kinova_gen3_leap", "xarm6_leap")


@pytest.fixture(scope="module")
def gen3(project: Path) -> RobotProfile:
    return load_profile(project / "specs" / "hardware" / ROBOTS[0])


@pytest.mark.parametrize("robot", ROBOTS)
def test_shipped_robots_are_sound(project: Path, robot: str) -> None:
    assert list(check_motors(load_profile(project / "specs" / "hardware" / robot))) == []


@pytest.mark.parametrize(
    ("motor", "told"),
    [
        ({"joints": ("joint_9",)}, "motor m turns 'joint_9', which the robot has not"),
        ({"joints": ("joint_1",)}, "joint 'joint_1' is turned by gen3_large and by m"),
        ({"continuous_torque": 0.0}, "expected continuous_torque above 0"),
        ({"continuous_torque": float("nan")}, "expected continuous_torque above 0"),
        ({"backlash": -0.1}, "backlash of 0 or more"),
    ],
)
def test_a_motor_turns_joints_that_the_robot_has_and_each_has_one(
    gen3: RobotProfile, motor: dict[str, object], told: str
) -> None:
    """SK660."""
    plain = Motor(name="m", joints=(), continuous_torque=1.0, backlash=0.0)
    (fault,) = check_motors(replace(gen3, motors=(*gen3.motors, replace(plain, **motor))))
    assert fault.code == "SK660" and told in fault.summary


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"commanded_by": {"arm": "low_level"}}, "nothing commands group hand"),
        ({"commanded_by": {"arm": "lowlevel", "hand": "bus"}}, "commanded by 'lowlevel', which is no command mode"),
        ({"commanded_by": {"arm": "low_level", "hand": "bus", "legs": "bus"}}, "the group 'legs'"),
    ],
)
def test_every_group_is_commanded_in_a_mode_of_the_robot(
    gen3: RobotProfile, change: dict[str, object], told: str
) -> None:
    (fault,) = check_motors(replace(gen3, **change))
    assert fault.code == "SK661" and told in fault.summary


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_a_mode_has_a_rate(gen3: RobotProfile, rate: float) -> None:
    mode = CommandMode(name="idle", rate_hz=rate, between="hold")
    (fault,) = check_motors(replace(gen3, command_modes=(*gen3.command_modes, mode)))
    assert fault.code == "SK661" and "idle" in fault.summary
