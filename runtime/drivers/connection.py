"""The file that says how one robot is reached: its profile, and for each group of joints a driver and its address.

    robot = "kinova_gen3_leap"

    [arm]
    driver = "kinova"
    address = "192.168.1.10"
    username = "admin"
    password_variable = "GEN3_PASSWORD"

    [hand]
    driver = "leap"
    port = "/dev/serial/by-id/usb-FTDI_..."

TOML, because it has no aliases, tags or guessed types. Nothing in it has a default that would choose a device.
"""

import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.drivers.device import Connect
from skillc.runtime.drivers.emulated import devices as emulated
from skillc.runtime.drivers.kinova import KinovaArm, KinovaSettings
from skillc.runtime.drivers.leap import LeapHand, LeapSettings
from skillc.runtime.drivers.xarm import XArm, XArmSettings
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile

LARGEST_BYTES = 65_536
"""ours: a robot of ten devices takes 2 kB."""


class ConnectionRefused(ValueError):
    """The file is not one; the message names the file, the entry and what is expected."""


@dataclass(frozen=True, kw_only=True)
class DeviceEntry:
    """One group of joints in the file."""

    group: str
    driver: str
    options: Mapping[str, Any]

    def told(self) -> str:
        """Say what it is, for a person who has to confirm it."""
        return f"{self.group}: {self.driver} {self.options.get('address') or self.options.get('port') or ''}".rstrip()


@dataclass(frozen=True, kw_only=True)
class RobotConnection:
    """A file that was read."""

    robot: str
    """Name of the profile."""
    devices: tuple[DeviceEntry, ...]

    @property
    def emulated(self) -> bool:
        """No device of it is real."""
        return all(entry.driver.startswith(EMULATED) for entry in self.devices)

    def connects(self, profile: RobotProfile, start: FloatArray) -> tuple[tuple[str, Connect], ...]:
        """Return (group, what connects its device) for the robot of `profile`.

        Args:
            profile: the robot of the skill.
            start: (n,) rad, where the skill begins: emulated devices stand there.

        Raises:
            ConnectionRefused: it is of another robot, a group has no entry, or an entry is not of the profile.
        """
        if self.robot != profile.name:
            raise ConnectionRefused(f"it is of the robot {self.robot!r}; the skill was built for {profile.name!r}")
        groups = {group.name: group.joints for group in profile.groups}
        named = [entry.group for entry in self.devices]
        for name in groups:
            if name not in named:
                raise ConnectionRefused(f"[{name}] is missing; the robot's groups are {', '.join(groups)}")
        for name in named:
            if name not in groups:
                raise ConnectionRefused(f"[{name}] is no group of {profile.name}{_near(name, groups)}")
        at = dict(zip(profile.joint_names, start))
        return tuple(
            (e.group, DRIVERS[e.driver].make(e, profile, np.array([at[joint] for joint in groups[e.group]])))
            for e in self.devices
        )


EMULATED = "emulated_"


@dataclass(frozen=True, kw_only=True)
class Driver:
    """A kind of device that a file may name."""

    needed: tuple[str, ...]
    allowed: tuple[str, ...]
    make: Callable[[DeviceEntry, RobotProfile, FloatArray], Connect]
    """From the entry, the robot, and where an emulated device stands (n,) rad."""


def load_connection(file: Path) -> RobotConnection:
    """Read a robot's file.

    Raises:
        ConnectionRefused: it cannot be read, is no TOML, or an entry is unknown, missing or of the wrong kind.
    """
    try:
        data = file.read_bytes()
        if len(data) > LARGEST_BYTES:
            raise ConnectionRefused(f"{file}: {len(data)} bytes; a robot's file takes at most {LARGEST_BYTES}")
        tree = tomllib.loads(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as reason:
        raise ConnectionRefused(f"{file}: not readable as TOML: {reason}") from reason
    robot = tree.pop("robot", None)
    if not isinstance(robot, str) or not robot:
        raise ConnectionRefused(f'{file}: robot is missing; write robot = "NAME OF ITS PROFILE"')
    try:
        return RobotConnection(robot=robot, devices=tuple(_entry(name, table) for name, table in tree.items()))
    except ConnectionRefused as reason:
        raise ConnectionRefused(f"{file}: {reason}") from reason


def _entry(group: str, table: object) -> DeviceEntry:
    if not isinstance(table, dict):
        raise ConnectionRefused(f"{group} is no table; write [{group}] with driver = ...")
    options = dict(table)
    name = options.pop("driver", None)
    if name not in DRIVERS:
        told = "driver is missing" if name is None else f"driver is {name!r}{_near(str(name), DRIVERS)}"
        raise ConnectionRefused(f"[{group}] {told}; drivers are {', '.join(DRIVERS)}")
    driver = DRIVERS[name]
    for key in options:
        if key not in (*driver.needed, *driver.allowed):
            raise ConnectionRefused(f"[{group}] {key} is unknown{_near(key, (*driver.needed, *driver.allowed))}")
    for key in driver.needed:
        if not isinstance(options.get(key), str) or not options[key]:
            raise ConnectionRefused(f"[{group}] {key} is missing; the driver {name} needs {', '.join(driver.needed)}")
    if "address" in options:
        _require_address(group, options["address"])
    return DeviceEntry(group=group, driver=name, options=options)


def _require_address(group: str, address: str) -> None:
    try:
        ipaddress.IPv4Address(address)
    except ValueError as reason:
        raise ConnectionRefused(f"[{group}] address is {address!r}; expected an IPv4 address") from reason


def _leap(entry: DeviceEntry, profile: RobotProfile, start: FloatArray) -> Connect:
    joints = _joints(entry, profile)
    release = entry.options.get("release", False)
    if not isinstance(release, bool):
        raise ConnectionRefused(f"[{entry.group}] release is {release!r}; expected true or false")
    return partial(LeapHand, leap_settings(entry.group, profile, joints, entry.options["port"], release=release))


def leap_settings(
    group: str, profile: RobotProfile, joints: tuple[str, ...], port: str, *, release: bool = False
) -> LeapSettings:
    """Return a hand's settings with the motors of the profile; raises ConnectionRefused where it has none."""
    motors = {motor.name: motor for motor in map(profile.motor, joints) if motor is not None}
    drives = [motor.drive for motor in motors.values() if motor.drive is not None]
    if len(motors) != 1 or not drives:
        raise ConnectionRefused(f"[{group}] the profile {profile.name} gives its joints no single motor with a drive")
    return LeapSettings(joints=joints, port=port, drive=drives[0], release=release)


def _xarm(entry: DeviceEntry, profile: RobotProfile, start: FloatArray) -> Connect:
    joints = _joints(entry, profile)
    rate = profile.command_mode(joints[0]).rate_hz
    return partial(XArm, XArmSettings(joints=joints, address=entry.options["address"], rate_hz=rate))


def _kinova(entry: DeviceEntry, profile: RobotProfile, start: FloatArray) -> Connect:
    joints = _joints(entry, profile)
    mode = profile.command_mode(joints[0]).name
    if mode != "low_level":
        raise ConnectionRefused(f"[{entry.group}] is commanded by {mode}; the Gen3 takes positions by low_level only")
    variable = entry.options["password_variable"]
    password = os.environ.get(variable)
    if not password:
        raise ConnectionRefused(f"[{entry.group}] {variable} is not set; this environment variable holds the password")
    settings = KinovaSettings(
        joints=joints,
        address=entry.options["address"],
        username=entry.options["username"],
        password=password,
        start=tuple(start.tolist()),
    )
    return partial(KinovaArm, settings)


def _emulated_leap(entry: DeviceEntry, profile: RobotProfile, start: FloatArray) -> Connect:
    joints = _joints(entry, profile)
    return partial(emulated.EmulatedHand, leap_settings(entry.group, profile, joints, port=""), start)


def _emulated_xarm(entry: DeviceEntry, profile: RobotProfile, start: FloatArray) -> Connect:
    joints = _joints(entry, profile)
    rate = profile.command_mode(joints[0]).rate_hz
    return partial(emulated.EmulatedArm, XArmSettings(joints=joints, address="", rate_hz=rate), start)


def _emulated_kinova(entry: DeviceEntry, profile: RobotProfile, start: FloatArray) -> Connect:
    return partial(emulated.emulated_gen3, _joints(entry, profile), start)


def _joints(entry: DeviceEntry, profile: RobotProfile) -> tuple[str, ...]:
    return next(group.joints for group in profile.groups if group.name == entry.group)


DRIVERS: Mapping[str, Driver] = {
    "leap": Driver(needed=("port",), allowed=("release",), make=_leap),
    "xarm": Driver(needed=("address",), allowed=(), make=_xarm),
    "kinova": Driver(needed=("address", "username", "password_variable"), allowed=(), make=_kinova),
    f"{EMULATED}leap": Driver(needed=(), allowed=(), make=_emulated_leap),
    f"{EMULATED}xarm": Driver(needed=(), allowed=(), make=_emulated_xarm),
    f"{EMULATED}kinova": Driver(needed=(), allowed=(), make=_emulated_kinova),
}
"""By name."""


def _near(name: str, known: Any) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
