"""What the sensors of a rehearsal tell of the hand's press is what an evaluation counts."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.sim.contacts import geom_classes, summarize_contacts
from skillc.runtime.sim.press_sensors import largest_press, measure_pressing
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world import World, compile_world, reset_data


@pytest.fixture(scope="module")
def world(
    twin: Twin, profile: RobotProfile, robot_folder: Path, T_table_robot: np.ndarray, physics: PhysicsSettings
) -> World:
    """The manipulated object is thrown up between the fingers."""
    name = twin.manipulated.name

    def compiled(at: np.ndarray) -> World:
        T = np.eye(4)
        T[:3, 3] = at
        return compile_world(
            twin=twin, twin_folder=robot_folder, profile=profile, robot_folder=robot_folder,
            T_table_robot=T_table_robot, physics=physics, variation=WorldVariation(T_table_object={name: T}),
            instrument=lambda spec: measure_pressing(spec, profile, name),
        )  # fmt: skip

    aside = compiled(np.array([0.0, 0.1, 0.0]))
    tips = reset_data(aside, profile.home).geom_xpos[aside.tip_geoms]
    return compiled(tips[1:].mean(axis=0) - [0.0, 0.0, 0.01])


def test_the_largest_press_is_the_largest_squeeze_of_an_evaluation(
    world: World, twin: Twin, profile: RobotProfile
) -> None:
    data, classes = reset_data(world, profile.home), geom_classes(world, twin.manipulated.name)
    felt, squeezed = [], []
    for _ in range(60):
        mujoco.mj_step(world.model, data)
        felt.append(data.sensordata.copy())
        squeezed.append(summarize_contacts(world.model, data, classes).squeeze_force)
    assert max(squeezed) > 1.0
    assert largest_press(world.model, np.array(felt)) == pytest.approx(max(squeezed), rel=1e-6)


def test_without_sensors_the_press_is_not_known() -> None:
    bare = mujoco.MjModel.from_xml_string("<mujoco/>")
    assert np.isnan(largest_press(bare, np.zeros((3, 0))))
