"""The simulated worlds with a robot that comes as a URDF."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.twin import Shape, Twin
from skillc.runtime.sim.hand_world import compile_hand_world
from skillc.runtime.sim.world import compile_world
from tests.robot.test_robot_source import small_robot, urdf
from tests.sim.conftest import thing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.urdf").write_text(urdf(), encoding="utf-8")
    return tmp_path


def test_servos_from_the_profile_hold_a_urdf_robot(folder: Path, physics: PhysicsSettings) -> None:
    ball = thing("ball", "manipulated", Shape(kind="sphere"), (0.06, 0.06, 0.06), 0.3, 0.3)
    twin = Twin(objects=(ball,), task_type="grasp", table_friction=0.6, table_half_size_m=(1, 1), table_center_m=(0, 0))
    T = np.eye(4)
    T[2, 3] = 0.05
    world = compile_world(
        twin=twin, twin_folder=folder, profile=small_robot(), robot_folder=folder, T_table_robot=T, physics=physics
    )
    data = mujoco.MjData(world.model)
    wanted = np.array([0.4, -0.3, 0.5, 0.2, 0.1, 0.3])
    data.qpos[world.joint_qpos], data.ctrl[world.actuator] = wanted, wanted
    for _ in range(240):
        mujoco.mj_step(world.model, data)
    assert np.abs(data.qpos[world.joint_qpos] - wanted).max() < 0.01
    assert world.model.geom_priority[world.tip_geoms].tolist() == [1, 1, 1, 1]
    assert world.model.body_gravcomp[world.model.body("upper").id] == 1.0


def test_the_hand_alone_is_carried(folder: Path, physics: PhysicsSettings) -> None:
    ball = thing("ball", "manipulated", Shape(kind="sphere"), (0.06, 0.06, 0.06), 0.0, 0.0)
    world = compile_hand_world(
        profile=small_robot(), robot_folder=folder, thing=ball, twin_folder=folder, physics=physics,
        R_table_nominal=np.diag([1.0, -1.0, -1.0]), table_friction=0.6,
    )  # fmt: skip
    assert len(world.hand_qpos) == 4 and world.model.nu == 10
    assert len(world.hand_geoms) == 6  # two on the palm, one on each finger
