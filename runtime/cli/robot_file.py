"""A robot that is named by its file: which devices it has, and what may be done with them yet."""

from pathlib import Path
from typing import TYPE_CHECKING

from skillc.runtime.cli.failures import InputError
from skillc.runtime.machine.robot_driver import RobotDriver

if TYPE_CHECKING:
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.formats.contract import Contract

SUFFIX = ".toml"


def driver_from(file: Path, skill: "Skill") -> RobotDriver:
    """Return the driver of the robot that a file describes.

    Raises:
        InputError: the file is not sound, is of another robot, or names real devices: nothing locates objects for them.
    """
    from skillc.runtime.drivers.connection import ConnectionRefused, load_connection
    from skillc.runtime.drivers.hardware import HardwareRobot, SimulatedSurroundings
    from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot
    from skillc.runtime.evaluate.protocol import Trial

    try:
        connection = load_connection(file)
        devices = connection.connects(skill.profile, skill.reference.qpos[0])
    except ConnectionRefused as reason:
        raise InputError(str(reason), "docs/drivers.md says what a robot's file holds") from reason
    told = ", ".join(entry.told() for entry in connection.devices)
    if not connection.emulated:
        raise InputError(
            f"{file} names real devices ({told}), and nothing locates the objects around them yet",
            "try the chain with emulated_... drivers; docs/drivers.md says what ran against what",
        )

    def connect(contract: "Contract") -> HardwareRobot:
        surroundings = SimulatedSurroundings(simulated_robot(skill, built_scene(skill), Trial()))
        return HardwareRobot(contract, devices, surroundings)

    return RobotDriver(moves=f"no robot, only emulated devices ({told})", connect=connect)
