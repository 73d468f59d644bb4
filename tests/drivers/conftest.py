"""The robot over a table with one ball far from it, and what drives it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.drivers.imperfections import Imperfections
from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Shape, Twin
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.sim.world import World, compile_world
from tests.sim.conftest import thing

TIMESTEP_S = 0.001
RATE_HZ = 1000.0
"""One simulation step per control period, so that every step is seen."""

Drive = Callable[[Imperfections], SimulatedRobot]


@pytest.fixture(scope="session")
def profile(project: Path) -> RobotProfile:
    return load_profile(project / "specs/hardware/kinova_gen3_leap")


@pytest.fixture(scope="session")
def world(project: Path, profile: RobotProfile) -> World:
    twin = Twin(
        objects=(thing("ball", "manipulated", Shape(kind="sphere"), (0.08, 0.08, 0.08), 0.0, 0.1),),
        task_type="grasp", table_friction=0.6, table_half_size_m=(0.6, 0.6), table_center_m=(0.0, 0.2),
    )  # fmt: skip
    folder = project / "specs/hardware/kinova_gen3_leap"
    physics = PhysicsSettings(
        timestep_s=TIMESTEP_S, control_rate_hz=RATE_HZ, integrator="implicit", cone="elliptic", impratio=10,
        solref=(0.01, 1), solimp=(0.9, 0.99, 0.001), iterations=20, tip_friction=0.8, tip_condim=4,
    )  # fmt: skip
    T = np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])
    return compile_world(
        twin=twin, twin_folder=folder, profile=profile, robot_folder=folder, T_table_robot=T, physics=physics
    )


@pytest.fixture
def drive(world: World, profile: RobotProfile) -> Drive:
    def robot(imperfections: Imperfections) -> SimulatedRobot:
        return SimulatedRobot(
            world, profile, qpos=profile.home, manipulated="ball", rate_hz=RATE_HZ, imperfections=imperfections
        )

    return robot
