"""What a servo is asked for at rest is what the simulation makes its motor give."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.sim.hand_world import compile_hand_world
from skillc.runtime.sim.motor_torque import asked_torque


@pytest.mark.parametrize("pressing", [0.0, 0.02])
def test_it_is_the_pressing_and_the_weight_of_the_fingers(
    profile: RobotProfile, robot_folder: Path, twin: Twin, physics: PhysicsSettings, pressing: float
) -> None:
    """A level hand whose index finger is held back from where it is told to go."""
    world = compile_hand_world(
        profile=profile, robot_folder=robot_folder, thing=twin.manipulated, twin_folder=robot_folder, physics=physics,
        R_table_nominal=np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), table_friction=0.6,
    )  # fmt: skip
    data = mujoco.MjData(world.model)
    data.qpos[world.carrier_qpos[2]] = 0.5
    data.qpos[world.hand_qpos] = 0.2
    data.ctrl[world.carrier_actuator[2]] = 0.5
    told = np.full(len(world.hand_qpos), 0.2)
    told[1] += pressing
    data.ctrl[world.hand_actuator] = told
    mujoco.mj_forward(world.model, data)
    given = data.qfrc_actuator[world.model.jnt_dofadr[world.model.actuator_trnid[world.hand_actuator, 0]]]
    asked = asked_torque(world.model, data.qpos[None], told, world.hand_actuator)[0]
    assert asked == pytest.approx(given, abs=1e-9)
    there = asked_torque(world.model, data.qpos[None], np.full(16, 0.2), world.hand_actuator)[0]
    assert (asked - there)[1] == pytest.approx(profile.joint("index_mcp").kp * pressing)
    assert np.abs(asked).max() > 0.02, "level fingers weigh something"
