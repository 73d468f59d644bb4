"""What must be so before a real robot moves: chosen by name, free, acknowledged, tried in simulation, confirmed."""

import sys

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.text import printable
from skillc.runtime.formats import extension
from skillc.runtime.machine.robot_driver import RobotDriver
from skillc.runtime.machine.robot_hold import RobotHold


def driver_of(robot: str, placement: str) -> RobotDriver:
    """Return the driver of a robot that was asked for by name.

    Raises:
        InputError: no package gives it, or the build does not know where a real robot stands.
    """
    installed = extension.names("skillc.drivers")
    if robot not in installed:
        raise InputError(
            f"no driver {robot!r} is installed; drivers here: {', '.join(installed) or 'none'}",
            "leave --robot out to run in simulation; packages add drivers under the entry-point group skillc.drivers",
        )
    if placement == "auto":
        raise InputError(
            "the robot's base was placed by the build (placement: auto); a real one stands where it stands",
            "measure it with `skillc calibrate robot` and name the file under `hardware.placement`",
        )
    try:
        driver: RobotDriver = extension.load("skillc.drivers", robot, RobotDriver)
    except extension.ExtensionError as reason:
        raise InputError(str(reason), "ask whoever made the package") from reason
    return driver


def require_person(hold: RobotHold, *, yes: bool, acknowledge: bool) -> None:
    """Refuse a robot that nobody answers for.

    Args:
        hold: of the robot.
        yes: confirmed beforehand.
        acknowledge: a person has looked at why it stopped.

    Raises:
        InputError: its last run ended in STOP and nobody has looked, or nobody is there to confirm.
    """
    if hold.stopped and acknowledge:
        hold.acknowledge()
    if hold.stopped:
        raise InputError(
            f"the robot's last run ended in STOP: {printable(hold.stopped)}",
            "look at the robot, then run again with --acknowledge",
        )
    if not yes and not _attended():
        raise InputError(
            "nobody is at a terminal to confirm that the robot may move", "--yes confirms it; nothing has moved"
        )


def confirm(driver: RobotDriver, skill: str, *, yes: bool) -> None:
    """Ask whether the robot may move; raises InputError where the answer is not the skill's name."""
    if yes:
        return
    print(f"This will move {printable(driver.moves)}. Type {skill} to go on: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != skill:
        raise InputError("not confirmed; nothing has moved", f"type {skill}, or give --yes")


def _attended() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
