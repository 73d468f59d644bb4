"""What an installed package gives for a robot, under the entry-point group `skillc.drivers`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from skillc.runtime.formats.contract import Contract
from skillc.runtime.machine.ports import Robot


@dataclass(frozen=True, kw_only=True)
class RobotDriver:
    """How one robot is reached."""

    moves: str
    """What a person is told it will move, e.g. "the Kinova Gen3 at 192.168.1.10 and its LEAP hand"."""
    connect: Callable[[Contract], AbstractContextManager[Robot]]
    """Connects the robot of a contract while the context lasts; raises DeviceRefused."""
