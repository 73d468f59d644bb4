"""The hand alone: the robot's own hand under its own names, where its carrier puts it, and nothing said to the user."""

import warnings
from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.sim.hand_world import HandWorld, carrier_coordinates, compile_hand_world

NOMINAL = se3.exp(np.array([0.0, 0.0, 0.0, 2.0, 0.4, -0.3]))[:3, :3]


@pytest.fixture(scope="module", params=["kinova_gen3_leap", "xarm6_leap"])
def robot(request: pytest.FixtureRequest, project: Path) -> tuple[RobotProfile, Path]:
    folder = project / "specs" / "hardware" / request.param
    return load_profile(folder), folder


def compiled(robot: tuple[RobotProfile, Path], twin: Twin, physics: PhysicsSettings) -> HandWorld:
    return compile_hand_world(
        profile=robot[0], robot_folder=robot[1], thing=twin.manipulated, twin_folder=robot[1], physics=physics,
        R_table_nominal=NOMINAL, table_friction=0.6,
    )  # fmt: skip


def test_compiling_says_nothing(robot, twin: Twin, physics: PhysicsSettings, capfd, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled(robot, twin, physics)
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == [], "MuJoCo logs its warnings to a file where it is called"


def test_fingers_are_the_profiles_in_its_order(robot, twin: Twin, physics: PhysicsSettings) -> None:
    profile = robot[0]
    world = compiled(robot, twin, physics)
    whole = mujoco.MjModel.from_xml_path(str(robot[1] / profile.mjcf))
    for k, name in enumerate(profile.manipulator.hand_joints):
        joint = world.model.joint(int(np.flatnonzero(world.model.jnt_qposadr == world.hand_qpos[k])[0]))
        assert joint.name.endswith(name)
        np.testing.assert_array_equal(joint.axis, whole.joint(name).axis)
        assert world.model.actuator_trnid[world.hand_actuator[k], 0] == joint.id
        np.testing.assert_array_equal(
            world.model.jnt_actfrcrange[joint.id], profile.joint(name).effort * np.array([-1, 1])
        )
    for k, finger in enumerate(profile.fingers):
        np.testing.assert_array_equal(world.model.geom_size[world.tip_geoms[k]], whole.geom(finger.tip_geom).size)
        assert world.tip_geoms[k] in world.hand_geoms
    bodies = {whole.body(i).name for i in range(whole.body(profile.manipulator.hand_body).id, whole.nbody)}
    inside = [pair for pair in profile.collision_pairs_excluded if set(pair) <= bodies]
    assert world.model.nexclude >= len(inside) > 0


def test_the_carrier_puts_the_hand_where_it_is_told(robot, twin: Twin, physics: PhysicsSettings) -> None:
    world = compiled(robot, twin, physics)
    wanted = se3.exp(np.array([0.1, -0.2, 0.4, 1.6, 0.7, -0.1]))
    data = mujoco.MjData(world.model)
    data.qpos[world.carrier_qpos] = carrier_coordinates(world, wanted)
    mujoco.mj_kinematics(world.model, data)
    hand = world.model.body(f"hand/{robot[0].manipulator.hand_body}").id
    np.testing.assert_allclose(data.xpos[hand], wanted[:3, 3], atol=1e-12)
    np.testing.assert_allclose(data.xmat[hand].reshape(3, 3), wanted[:3, :3], atol=1e-12)
