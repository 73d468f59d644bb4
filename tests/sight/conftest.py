"""A small table with a box and a bowl, a camera above it, and pictures of it; the robot is four joints far away."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import mujoco
import numpy as np
import pytest

from skillc.runtime.drivers.picture import Picture
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.scene import Role
from skillc.runtime.formats.twin import Shape, Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.sight.rendered import CameraMounting, RenderedCamera
from skillc.runtime.sight.scene_sight import SceneSight
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world_parts import add_scene
from tests.safety import four_joints

PHYSICS = PhysicsSettings(
    timestep_s=1 / 240, control_rate_hz=60, integrator="implicit", cone="elliptic", impratio=10, solref=(0.01, 1),
    solimp=(0.9, 0.99, 0.001), iterations=20, tip_friction=0.8, tip_condim=4,
)  # fmt: skip
Q = np.zeros(4)
MATRIX = np.array([[160.0, 0, 119.5], [0, 160.0, 89.5], [0, 0, 1]])


def thing(name: str, role: Role, shape: Shape, size: tuple[float, float, float], x: float, y: float) -> TwinObject:
    return TwinObject(
        name=name, role=role, shape=shape, size_m=size, size_sigma_m=(0.001,) * 3, size_measured=(True,) * 3,
        symmetry="none" if shape.kind == "box" else "z", T_table_object=at(x, y), position_sigma_m=(0.005,) * 3,
        yaw_sigma_rad=0.1, mass=0.2, mass_sigma=0.01, inertia=(1e-4,) * 3, center_of_mass_m=(0, 0, size[2] / 2),
        friction=0.5, restitution=0.1, material="other", rgba=(0.8, 0.2, 0.2, 1), outline_iou=1,
    )  # fmt: skip


def at(x: float, y: float, yaw: float = 0.0, z: float = 0.0) -> np.ndarray:
    return se3.exp(np.array([x, y, z, 0.0, 0.0, yaw]))


def twin() -> Twin:
    bowl = tuple((0.03 + 0.045 * float(np.sin(z / 0.05 * np.pi / 2)), float(z)) for z in np.linspace(0, 0.05, 12))
    return Twin(
        objects=(
            thing("cube", "manipulated", Shape(kind="box"), (0.16, 0.1, 0.12), -0.1, 0.0),
            thing("bowl", "target", Shape(kind="revolve", wall_m=0.004, profile_m=bowl), (0.15, 0.15, 0.05), 0.12, 0.0),
        ),
        task_type="grasp",
        table_friction=0.6,
        table_half_size_m=(0.5, 0.4),
        table_center_m=(0.0, 0.0),
    )


def camera_place() -> np.ndarray:
    """T_camera_table of a camera 0.8 m away, looking down at 45 deg."""
    eye, z = np.array([0.0, -0.6, 0.6]), np.array([0.0, 0.6, -0.6]) / np.hypot(0.6, 0.6)
    R = np.stack([np.array([1.0, 0, 0]), np.cross(z, [1.0, 0, 0]), z])
    return se3.from_parts(R, -R @ eye)


def contract() -> Contract:
    return replace(
        four_joints.contract(), T_camera_table=camera_place(), camera_matrix=MATRIX, image_size=(240, 180),
        target="bowl", objects=("cube", "bowl"), body=four_joints.body(T_table_root=at(0.0, 3.0)),
    )  # fmt: skip


MOUNTING = CameraMounting(
    T_camera_table=camera_place(), matrix=MATRIX, size=(240, 180), rate_hz=15.0, latency_s=0.0, noisy=True, seed=4
)
Show = Callable[..., Picture]


def world(
    poses: Mapping[str, np.ndarray], *more: tuple[np.ndarray, np.ndarray]
) -> tuple[mujoco.MjModel, mujoco.MjData]:
    """Compile the table with objects at poses, those not named away, and boxes (centre, half sizes) besides."""
    away = {o.name: at(0.0, 0.0, z=-9.0) for o in twin().objects}
    spec = mujoco.MjSpec()
    add_scene(spec, twin(), None, PHYSICS, WorldVariation(T_table_object={**away, **poses}))  # type: ignore[arg-type]
    for centre, half in more:
        spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=centre, size=half)
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


@pytest.fixture(scope="session")
def show() -> Show:
    """Take a picture of objects at poses; keywords change the camera's mounting."""

    def taken(poses: Mapping[str, np.ndarray], *more: tuple[np.ndarray, np.ndarray], **mounting: object) -> Picture:
        picture = RenderedCamera(replace(MOUNTING, **mounting), *world(poses, *more)).newest()  # type: ignore[arg-type]
        assert picture is not None
        return picture

    return taken


@pytest.fixture(scope="session")
def sight() -> SceneSight:
    return SceneSight.of(contract(), twin(), None, PHYSICS)  # type: ignore[arg-type]
