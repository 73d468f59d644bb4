"""The LEAP driver against an emulated Dynamixel bus, through the maker's SDK."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.drivers.device import DeviceRefused, Reading
from skillc.runtime.drivers.emulated.dynamixel import EmulatedBus
from skillc.runtime.drivers.leap import WATCHDOG, LeapHand, LeapSettings
from skillc.runtime.drivers.measurement import DeviceReport
from tests.drivers.hand import DRIVE, connected, settings


@pytest.fixture
def bus() -> Iterator[EmulatedBus]:
    # At a quarter of the pace a busy computer does not trip the watchdog, which then waits for 320 ms.
    with EmulatedBus(clock=lambda: time.monotonic() / 4) as emulated:
        yield emulated


@pytest.fixture
def hand(bus: EmulatedBus) -> Iterator[LeapHand]:
    device = connected(bus)
    yield device
    device.close()


def follow(hand: LeapHand, target: np.ndarray, times: int = 120) -> Reading:
    for _ in range(times):
        reading = hand.exchange(target)
        time.sleep(0.005)
    return reading


def told_of_the_hand(reading: Reading) -> list[DeviceReport]:
    """Without lost packets: on a loaded machine the emulated bus answers late, which the driver rightly tells."""
    return [report for report in reading.reports if report.code != "R28"]


def test_every_register_that_protects_the_hand_is_set(bus: EmulatedBus, hand: LeapHand) -> None:
    for number in bus.motors:
        motor = bus.state(number)
        assert motor.value("Bus Watchdog") == WATCHDOG
        assert motor.value("Current Limit") == motor.value("Goal Current") == 550
        assert motor.value("Operating Mode") == 5 and motor.value("Torque Enable") == 1


def test_a_hand_that_is_connected_does_not_move(bus: EmulatedBus) -> None:
    bus.motors[3].position = 2500.0
    device = connected(bus)
    follow(device, device.reading.q, 10)
    assert abs(bus.state(3).position - 2500.0) < 2
    device.close()


@pytest.mark.parametrize("name", ["Bus Watchdog", "Current Limit", "Torque Enable", "Operating Mode"])
def test_a_register_that_does_not_keep_its_setting_refuses_the_hand(
    bus: EmulatedBus, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from skillc.runtime.drivers.emulated import dynamixel_motor

    address = dynamixel_motor.TABLE[name][0]
    write = dynamixel_motor.EmulatedMotor.write

    def forgets(self: dynamixel_motor.EmulatedMotor, at: int, data: bytes) -> int:
        forgotten = self.number == 7 and at == address
        return write(self, at, bytes(len(data)) if forgotten else data)

    monkeypatch.setattr(dynamixel_motor.EmulatedMotor, "write", forgets)
    with pytest.raises(DeviceRefused, match=f"motor 7: {name}"):
        connected(bus)


def test_targets_are_followed_acknowledged_and_told_with_their_age(hand: LeapHand) -> None:
    target = np.linspace(-0.3, 0.6, 16)
    reading = follow(hand, target)
    now = time.monotonic()
    np.testing.assert_allclose(reading.q, target, atol=0.01)
    assert now - reading.measured_s < 0.05 and now - reading.acknowledged_s < 0.05
    assert told_of_the_hand(reading) == []


def test_a_motor_that_repeats_itself_is_old_data(bus: EmulatedBus, hand: LeapHand) -> None:
    before = follow(hand, np.zeros(16), 5)
    bus.faults.frozen.add(4)
    time.sleep(0.01)
    follow(hand, np.full(16, 0.2), 2)  # the answer that is frozen is that of the first of these
    after = follow(hand, np.full(16, 0.2), 20)
    assert after.measured_s < before.measured_s + 0.05 < time.monotonic()


def test_a_read_that_fails_never_looks_new(bus: EmulatedBus, hand: LeapHand) -> None:
    before = follow(hand, np.zeros(16), 5)
    bus.faults.silent.add(9)
    after = follow(hand, np.zeros(16), 3)
    assert after.measured_s == before.measured_s
    np.testing.assert_array_equal(after.q, before.q)


def test_damaged_packets_are_refused_and_reported(bus: EmulatedBus, hand: LeapHand) -> None:
    bus.faults.damaged_share = 0.3
    reading = follow(hand, np.zeros(16), 20)
    assert "R28" in {r.code for r in reading.reports}
    assert np.abs(reading.q).max() < 0.01  # nothing that was damaged came through


def test_lost_bytes_cost_no_more_than_a_tick(bus: EmulatedBus, hand: LeapHand) -> None:
    bus.faults.dropped_share = 1.0
    began = time.monotonic()
    hand.exchange(np.zeros(16))
    assert time.monotonic() - began < 0.1  # the SDK's own port waits this long for three packets
    bus.faults.dropped_share = 0.0


def test_targets_that_a_motor_does_not_take_are_not_acknowledged(bus: EmulatedBus, hand: LeapHand) -> None:
    before = follow(hand, np.zeros(16), 5)
    bus.faults.deaf.add(2)
    after = follow(hand, np.full(16, 0.3), 10)
    assert after.acknowledged_s < before.acknowledged_s + 0.03
    assert "takes no targets" in told_of_the_hand(after)[0].message


def test_a_hot_motor_is_named(bus: EmulatedBus, hand: LeapHand) -> None:
    bus.motors[11].overheated = True
    reports = told_of_the_hand(follow(hand, np.zeros(16), 3))
    assert [(r.code, r.fault) for r in reports] == [("R27", "hand_fault")]
    assert "motor 11: overheating" in reports[0].message


def test_a_watchdog_that_tripped_is_told_and_the_hand_takes_nothing(bus: EmulatedBus, hand: LeapHand) -> None:
    follow(hand, np.zeros(16), 3)
    time.sleep(0.5)
    reading = follow(hand, np.full(16, 0.5), 10)
    assert "bus watchdog stopped hand motor 0, 1" in told_of_the_hand(reading)[0].message
    assert np.abs(reading.q).max() < 0.05


def test_no_number_is_no_target(bus: EmulatedBus, hand: LeapHand) -> None:
    there = follow(hand, np.full(16, 0.3)).q
    for wrong in (np.full(16, np.nan), np.zeros(3), np.full(16, np.inf)):
        hand.exchange(wrong)
    np.testing.assert_allclose(follow(hand, np.full(16, np.nan), 10).q, there, atol=0.01)


@pytest.mark.parametrize("release", [False, True])
def test_a_hand_that_is_closed_keeps_its_grip_unless_it_is_to_let_go(bus: EmulatedBus, release: bool) -> None:
    device = connected(bus, release=release)
    follow(device, np.zeros(16), 3)
    device.close()
    assert {bus.state(n).value("Torque Enable") for n in bus.motors} == {0 if release else 1}
    assert {bus.state(n).value("Bus Watchdog") for n in bus.motors} == {0}


def test_a_missing_motor_refuses_to_start(bus: EmulatedBus) -> None:
    bus.faults.silent.add(5)
    with pytest.raises(DeviceRefused, match="motor 5 does not answer"):
        connected(bus)


def test_a_hardware_error_refuses_to_start(bus: EmulatedBus) -> None:
    bus.motors[6].overheated = True
    bus.state(6)
    with pytest.raises(DeviceRefused, match="motor 6: overheating"):
        connected(bus)


def test_a_port_that_is_not_there_is_told() -> None:
    with pytest.raises(DeviceRefused, match="/dev/ttyNONE cannot be opened"):
        LeapHand(LeapSettings(joints=tuple("abcdefghijklmnop"), port="/dev/ttyNONE", drive=DRIVE))


def test_a_port_that_is_taken_refuses_a_second_run(bus: EmulatedBus, hand: LeapHand) -> None:
    with pytest.raises(DeviceRefused, match="cannot be opened"):
        LeapHand(replace(settings(bus)))


def test_a_cable_that_is_pulled_out_leaves_the_reading_to_grow_old() -> None:
    with EmulatedBus() as bus:
        device = connected(bus)
        before = follow(device, np.zeros(16), 3)
    for _ in range(3):
        after = device.exchange(np.full(16, 0.3))
    assert after.measured_s <= before.measured_s + 0.1 and after.acknowledged_s <= before.acknowledged_s + 0.1
    device.close()
