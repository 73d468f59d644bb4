"""The robot of the example skills, compiled alone, beside objects and as a hand only."""

from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.sim.hand_world import HandWorld, compile_hand_world
from skillc.runtime.sim.world import World, compile_world
from tests.motion import synthetic


@pytest.fixture(scope="session")
def robot_folder(project: Path) -> Path:
    return project / "specs/hardware/kinova_gen3_leap"


@pytest.fixture(scope="session")
def profile(robot_folder: Path) -> RobotProfile:
    return load_profile(robot_folder)


@pytest.fixture(scope="session")
def robot_model(robot_folder: Path, profile: RobotProfile) -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_path(str(robot_folder / profile.mjcf))


@pytest.fixture(scope="session")
def physics() -> PhysicsSettings:
    return PhysicsSettings(
        timestep_s=1 / 240, control_rate_hz=60, integrator="implicit", cone="elliptic", impratio=10,
        solref=(0.01, 1), solimp=(0.9, 0.99, 0.001), iterations=20, tip_friction=0.8, tip_condim=4,
    )  # fmt: skip


@pytest.fixture(scope="session")
def T_table_robot() -> np.ndarray:
    return np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])


@pytest.fixture(scope="session")
def apple_world(
    profile: RobotProfile, robot_folder: Path, physics: PhysicsSettings, T_table_robot: np.ndarray
) -> World:
    """Robot, apple and plate."""
    return compile_world(
        twin=synthetic.apple().twin, twin_folder=synthetic.NOWHERE, profile=profile, robot_folder=robot_folder,
        T_table_robot=T_table_robot, physics=physics,
    )  # fmt: skip


@pytest.fixture(scope="session")
def jar_hand_world(profile: RobotProfile, robot_folder: Path, physics: PhysicsSettings) -> HandWorld:
    """The hand alone and a standing jar, nominally palm down."""
    jar = replace(synthetic.jar().twin.manipulated, mass=0.1)
    return compile_hand_world(
        profile=profile, robot_folder=robot_folder, thing=jar, twin_folder=synthetic.NOWHERE, physics=physics,
        R_table_nominal=synthetic.hand_rotation([0.0, 1.0, -0.2], [-1.0, 0.0, 0.0]), table_friction=0.6,
    )  # fmt: skip
