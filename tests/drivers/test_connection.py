"""A robot's file: what it may say, and every careless one is refused with what is expected."""

from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.drivers.connection import ConnectionRefused, RobotConnection, load_connection
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.profile import load_profile

SOUND = """
robot = "kinova_gen3_leap"
[arm]
driver = "kinova"
address = "192.168.1.10"
username = "admin"
password_variable = "GEN3_PASSWORD"
[hand]
driver = "leap"
port = "/dev/ttyUSB0"
"""


def read(tmp_path: Path, text: str) -> RobotConnection:
    file = tmp_path / "robot.toml"
    file.write_text(text, encoding="utf-8")
    return load_connection(file)


def test_a_whole_file_connects_every_group(tmp_path: Path, profile: RobotProfile, monkeypatch) -> None:
    monkeypatch.setenv("GEN3_PASSWORD", "secret")
    connection = read(tmp_path, SOUND)
    devices = dict(connection.connects(profile, profile.home))
    assert set(devices) == {"arm", "hand"} and not connection.emulated
    (settings,) = devices["hand"].args  # type: ignore[attr-defined]
    assert settings.port == "/dev/ttyUSB0" and settings.drive.current_limit == 0.55 and len(settings.joints) == 16
    assert [entry.told() for entry in connection.devices] == ["arm: kinova 192.168.1.10", "hand: leap /dev/ttyUSB0"]
    assert "secret" not in repr(connection)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        (SOUND, "", "robot is missing"),
        (SOUND, "robot = 3", "robot is missing"),
        (SOUND, "robot: kinova", "not readable as TOML"),
        (SOUND, "a = " + "[" * 20_000, "not readable as TOML|at most"),
        (SOUND, 'robot = "x"\n# ' + "y" * 70_000, "at most 65536"),
        ('robot = "kinova_gen3_leap"\n', 'robot = "kinova_gen3_leap"\nrobot = "xarm6_leap"\n', "not readable as TOML"),
        ('driver = "leap"\n', "", r"\[hand\] driver is missing"),
        ('driver = "leap"', 'driver = "lepa"', "did you mean leap"),
        ('port = "/dev/ttyUSB0"', "", r"\[hand\] port is missing"),
        ('port = "/dev/ttyUSB0"', "port = 3", r"\[hand\] port is missing"),
        ('port = "/dev/ttyUSB0"', 'port = "a"\nprot = "b"', "prot is unknown; did you mean port"),
        ('port = "/dev/ttyUSB0"', 'port = "a"\nbaud = 9600', "baud is unknown"),
        ('"192.168.1.10"', '"gen3.local"', "expected an IPv4 address"),
        ('"192.168.1.10"', '"192.168.1.999"', "expected an IPv4 address"),
        ('password_variable = "GEN3_PASSWORD"', 'password = "admin"', "password is unknown"),
        ("[arm]", "[arm]\n[arms]\ndriver = 'leap'\nport = 'x'\n[arm2]", "address is unknown|driver is missing"),
        ("[hand]", "hand = 3\n[other]", "is unknown|is no table"),
    ],
)  # fmt: skip
def test_a_careless_file_is_refused_with_what_is_expected(tmp_path: Path, was: str, now: str, told: str) -> None:
    assert was in SOUND
    with pytest.raises(ConnectionRefused, match=told):
        read(tmp_path, SOUND.replace(was, now))


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ('"kinova_gen3_leap"', '"xarm6_leap"', "was built for 'kinova_gen3_leap'"),
        ("[hand]", "[hnad]", r"\[hand\] is missing"),
        ("[hand]", '[third]\ndriver = "leap"\nport = "x"\n[hand]', r"\[third\] is no group"),
        ('port = "/dev/ttyUSB0"', 'port = "x"\nrelease = 1', "expected true or false"),
        ('driver = "kinova"', 'driver = "kinova"', "GEN3_PASSWORD is not set"),
    ],
)
def test_a_file_that_does_not_fit_the_skill_is_refused(
    tmp_path: Path, profile: RobotProfile, monkeypatch, was: str, now: str, told: str
) -> None:
    monkeypatch.delenv("GEN3_PASSWORD", raising=False)
    if "GEN3" not in told:
        monkeypatch.setenv("GEN3_PASSWORD", "secret")
    with pytest.raises(ConnectionRefused, match=told):
        read(tmp_path, SOUND.replace(was, now)).connects(profile, profile.home)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConnectionRefused, match=r"none\.toml"):
        load_connection(tmp_path / "none.toml")


def test_emulated_devices_stand_where_the_skill_begins(tmp_path: Path, project: Path) -> None:
    xarm = load_profile(project / "specs/hardware/xarm6_leap")
    text = 'robot = "xarm6_leap"\n[arm]\ndriver = "emulated_xarm"\n[hand]\ndriver = "emulated_leap"\n'
    connection = read(tmp_path, text)
    assert connection.emulated
    start = xarm.home + 0.01
    at = {}
    for group, connect in connection.connects(xarm, start):
        device = connect()
        at[group] = device.reading.q
        device.close()
    np.testing.assert_allclose(np.concatenate([at["arm"], at["hand"]]), start, atol=2e-3)


def test_an_emulated_gen3_stands_where_the_skill_begins(tmp_path: Path, profile: RobotProfile, monkeypatch) -> None:
    import sys

    text = 'robot = "kinova_gen3_leap"\n[arm]\ndriver = "emulated_kinova"\n[hand]\ndriver = "emulated_leap"\n'
    devices = dict(read(tmp_path, text).connects(profile, profile.home))
    arm = devices["arm"]()
    np.testing.assert_allclose(arm.reading.q, profile.home[:7], atol=1e-6)
    arm.close()
    for name in [name for name in sys.modules if name.startswith("kortex_api")]:
        del sys.modules[name]
