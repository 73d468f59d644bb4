"""The robot of the example skills, compiled alone."""

from pathlib import Path

import mujoco
import pytest

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.profile import load_profile


@pytest.fixture(scope="session")
def robot_folder(project: Path) -> Path:
    return project / "specs/hardware/kinova_gen3_leap"


@pytest.fixture(scope="session")
def profile(robot_folder: Path) -> RobotProfile:
    return load_profile(robot_folder)


@pytest.fixture(scope="session")
def robot_model(robot_folder: Path, profile: RobotProfile) -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_path(str(robot_folder / profile.mjcf))
