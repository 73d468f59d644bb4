"""The Gen3's driver against a fake of the calls it makes; the maker's package was never there."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.drivers.device import DeviceRefused
from skillc.runtime.drivers.emulated.kortex import LOW_LEVEL, SINGLE_LEVEL, FakeGen3, install
from skillc.runtime.drivers.kinova import KinovaArm, KinovaSettings

JOINTS = tuple(f"joint_{i}" for i in range(1, 8))
SETTINGS = KinovaSettings(joints=JOINTS, address="192.168.1.10", username="admin", password="admin", start=(0.0,) * 7)


@pytest.fixture
def gen3() -> Iterator[FakeGen3]:
    fake = FakeGen3()
    install(fake)
    yield fake
    for name in [name for name in sys.modules if name.startswith("kortex_api")]:
        del sys.modules[name]


def test_without_the_makers_package_it_says_where_that_is() -> None:
    with pytest.raises(DeviceRefused, match="kortex_api, which is in no public index"):
        KinovaArm(SETTINGS)


def test_it_takes_over_where_the_arm_stands_and_gives_back_at_the_end(gen3: FakeGen3) -> None:
    gen3.position = gen3.goal = np.linspace(-170.0, 170.0, 7)
    arm = KinovaArm(SETTINGS)
    assert gen3.mode == LOW_LEVEL
    np.testing.assert_allclose(arm.reading.q, np.radians(gen3.position))
    arm.exchange(arm.reading.q)
    np.testing.assert_allclose(gen3.goal, gen3.position, atol=1e-9)
    arm.close()
    assert gen3.mode == SINGLE_LEVEL and gen3.calls.count("close session") == gen3.calls.count("disconnect") == 2


def test_targets_are_followed_over_a_whole_turn_and_acknowledged(gen3: FakeGen3) -> None:
    arm = KinovaArm(SETTINGS)
    for step in range(80):
        reading = arm.exchange(np.full(7, 0.05 * step))
        time.sleep(0.002)
    for _ in range(40):
        reading = arm.exchange(np.full(7, 0.05 * 79))
        time.sleep(0.004)
    np.testing.assert_allclose(reading.q, 0.05 * 79, atol=0.02)  # beyond 180 deg
    assert time.monotonic() - reading.measured_s < 0.1 and time.monotonic() - reading.acknowledged_s < 0.1


def test_answers_that_are_missing_or_old_never_look_new(gen3: FakeGen3) -> None:
    arm = KinovaArm(SETTINGS)
    before = arm.exchange(np.zeros(7))
    gen3.silent = True
    assert arm.exchange(np.zeros(7)).measured_s == before.measured_s
    gen3.silent, gen3.repeats = False, True
    after = arm.exchange(np.zeros(7))
    assert after.measured_s == before.measured_s and after.acknowledged_s == before.acknowledged_s


def test_a_fault_bit_is_told_and_no_command_follows_it(gen3: FakeGen3) -> None:
    arm = KinovaArm(SETTINGS)
    gen3.fault = 0x20
    reports = arm.exchange(np.zeros(7)).reports
    assert reports[0].code == "R17" and "actuator 3 has faults 0x20" in reports[0].message
    gen3.fault = 0
    arm.exchange(np.full(7, 0.3))
    assert np.abs(gen3.goal).max() < 1e-9


def test_an_arm_that_leaves_low_level_servoing_is_told(gen3: FakeGen3) -> None:
    arm = KinovaArm(SETTINGS)
    gen3.mode = SINGLE_LEVEL
    assert [(r.code, r.fault) for r in arm.exchange(np.zeros(7)).reports] == [("R18", "configuration")]


def test_an_arm_with_a_fault_or_of_other_joints_refuses(gen3: FakeGen3) -> None:
    gen3.fault = 0x1
    with pytest.raises(DeviceRefused, match="actuator 3 has faults 0x1"):
        KinovaArm(SETTINGS)
    gen3.fault = 0
    with pytest.raises(DeviceRefused, match="has 7 joints; the skill moves 6"):
        KinovaArm(replace(SETTINGS, joints=JOINTS[:6]))


def test_no_number_is_no_target(gen3: FakeGen3) -> None:
    arm = KinovaArm(SETTINGS)
    for wrong in (np.full(7, np.nan), np.zeros(2)):
        arm.exchange(wrong)
    assert np.abs(gen3.goal).max() < 1e-9


def test_of_all_turns_the_arm_is_in_the_one_where_the_skill_begins(gen3: FakeGen3) -> None:
    gen3.position = gen3.goal = np.full(7, 181.0)  # told as 181, the skill begins at -179 or at 181 or at 541
    for turn in (-179.0, 181.0, 541.0):
        arm = KinovaArm(replace(SETTINGS, start=(np.radians(turn) + 0.05,) * 7))
        np.testing.assert_allclose(np.degrees(arm.reading.q), turn)
        arm.close()


def test_what_presses_on_the_tool_is_told(gen3: FakeGen3) -> None:
    arm = KinovaArm(SETTINGS)
    assert arm.exchange(np.zeros(7)).pressing_n == 0.0
    gen3.pushed = np.array([12.0, -16.0, 15.0])
    assert arm.exchange(np.zeros(7)).pressing_n == pytest.approx(25.0)


@pytest.mark.parametrize("felt", [6.0, np.nan])
def test_an_arm_that_feels_something_before_it_moves_is_refused(gen3: FakeGen3, felt: float) -> None:
    gen3.pushed = np.array([0.0, 0.0, felt])
    with pytest.raises(DeviceRefused, match="before it moves, 5 N allowed; free it, and set the hand's mass"):
        KinovaArm(SETTINGS)
    assert gen3.mode == SINGLE_LEVEL
