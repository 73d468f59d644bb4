"""A small twin with one object of each shape, and physics settings."""

from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.scene import Role
from skillc.runtime.formats.twin import Shape, Twin, TwinObject
from skillc.runtime.robot.profile import load_profile


@pytest.fixture(scope="session")
def robot_folder(project: Path) -> Path:
    return project / "specs/hardware/kinova_gen3_leap"


@pytest.fixture(scope="session")
def profile(robot_folder: Path) -> RobotProfile:
    return load_profile(robot_folder)


@pytest.fixture(scope="session")
def T_table_robot() -> np.ndarray:
    return np.array([[0.0, 1, 0, 0.29], [-1, 0, 0, 0.75], [0, 0, 1, 0], [0, 0, 0, 1]])


@pytest.fixture(scope="session")
def physics() -> PhysicsSettings:
    return PhysicsSettings(
        timestep_s=1 / 240,
        control_rate_hz=60,
        integrator="implicit",
        cone="elliptic",
        impratio=10,
        solref=(0.01, 1),
        solimp=(0.9, 0.99, 0.001),
        iterations=20,
        tip_friction=0.8,
        tip_condim=4,
    )


def thing(name: str, role: Role, shape: Shape, size: tuple[float, float, float], x: float, y: float) -> TwinObject:
    T = np.eye(4)
    T[:2, 3] = x, y
    mass, (a, b, c) = 0.15, size
    return TwinObject(
        name=name,
        role=role,
        shape=shape,
        size_m=size,
        size_sigma_m=(0.001,) * 3,
        size_measured=(True,) * 3,
        symmetry="z",
        T_table_object=T,
        position_sigma_m=(0.005,) * 3,
        yaw_sigma_rad=0.1,
        mass=mass,
        mass_sigma=0.01,
        inertia=(mass * (b * b + c * c) / 12, mass * (a * a + c * c) / 12, mass * (a * a + b * b) / 12),
        center_of_mass_m=(0, 0, c / 2),
        friction=0.5,
        restitution=0.1,
        material="other",
        rgba=(0.8, 0.2, 0.2, 1),
        outline_iou=1,
    )


@pytest.fixture(scope="session")
def twin() -> Twin:
    bowl = tuple((0.03 + 0.045 * float(np.sin(z / 0.06 * np.pi / 2)), float(z)) for z in np.linspace(0, 0.06, 25))
    jar = ((0.03, 0.0), (0.035, 0.005), (0.035, 0.07), (0.02, 0.08), (0.02, 0.09), (0.028, 0.09), (0.028, 0.11))
    return Twin(
        objects=(
            thing("ball", "manipulated", Shape(kind="sphere"), (0.08, 0.08, 0.08), 0.0, 0.1),
            thing("bowl", "target", Shape(kind="revolve", wall_m=0.004, profile_m=bowl), (0.15, 0.15, 0.06), 0.2, 0.1),
            thing("jar", "obstacle", Shape(kind="revolve", profile_m=jar), (0.07, 0.07, 0.11), -0.15, 0.2),
            thing("tray", "obstacle", Shape(kind="open_box", wall_m=0.005), (0.2, 0.15, 0.03), 0.1, -0.1),
            thing("can", "obstacle", Shape(kind="cylinder"), (0.06, 0.06, 0.1), -0.15, 0.0),
            thing("block", "obstacle", Shape(kind="box"), (0.06, 0.04, 0.05), -0.2, -0.1),
            thing("egg", "obstacle", Shape(kind="ellipsoid"), (0.05, 0.05, 0.07), -0.3, 0.1),
        ),
        task_type="grasp",
        table_friction=0.6,
        table_half_size_m=(0.6, 0.6),
        table_center_m=(0.0, 0.2),
    )
