"""The xArm driver against an emulated controller, through the maker's SDK."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from skillc.runtime.drivers.device import DeviceRefused, Reading
from skillc.runtime.drivers.emulated.xarm_controller import CONTROL_PORT, EMERGENCY_STOP, EmulatedXArm
from skillc.runtime.drivers.xarm import REPORT_S, XArm, XArmSettings

JOINTS = tuple(f"joint{i}" for i in range(1, 7))


@pytest.fixture(autouse=True)
def control_port(monkeypatch: pytest.MonkeyPatch) -> None:
    from xarm.core.config.x_config import XCONF

    monkeypatch.setattr(XCONF.SocketConf, "TCP_CONTROL_PORT", CONTROL_PORT)


@pytest.fixture
def controller() -> Iterator[EmulatedXArm]:
    with EmulatedXArm() as emulated:
        yield emulated


def settings(controller: EmulatedXArm, joints: tuple[str, ...] = JOINTS) -> XArmSettings:
    return XArmSettings(joints=joints, address=controller.address, rate_hz=250.0)


@pytest.fixture
def arm(controller: EmulatedXArm) -> Iterator[XArm]:
    device = XArm(settings(controller))
    yield device
    device.close()


def follow(arm: XArm, target: np.ndarray, times: int = 60) -> Reading:
    for _ in range(times):
        reading = arm.exchange(target)
        time.sleep(0.004)
    return reading


def test_targets_are_streamed_acknowledged_and_told_with_their_age(controller: EmulatedXArm, arm: XArm) -> None:
    target = np.linspace(-0.4, 0.5, 6)
    reading = follow(arm, target)
    now = time.monotonic()
    np.testing.assert_allclose(reading.q, target, atol=0.01)
    np.testing.assert_allclose(controller.joints(), target, atol=0.01)
    assert now - reading.measured_s < 0.1 and now - reading.acknowledged_s < 0.1 and reading.reports == ()


def test_connecting_enables_servo_mode_and_moves_nothing(controller: EmulatedXArm, arm: XArm) -> None:
    assert controller.mode == 1 and controller.enabled and controller.state not in (4, 5)
    assert (controller.joints() == 0).all()


def test_an_emergency_stop_is_told_and_nothing_is_sent_any_more(controller: EmulatedXArm, arm: XArm) -> None:
    before = follow(arm, np.full(6, 0.1))
    controller.error = EMERGENCY_STOP
    time.sleep(0.3)
    heard = controller.servoed
    reading = follow(arm, np.full(6, 0.5), 10)
    assert controller.servoed == heard and reading.reports[0].code == "R17" and "error 1" in reading.reports[0].message
    assert reading.acknowledged_s < before.acknowledged_s + 0.3
    np.testing.assert_allclose(controller.goal, 0.1, atol=1e-6)


def test_another_client_that_changes_the_mode_is_told(controller: EmulatedXArm, arm: XArm) -> None:
    controller.mode = 0
    time.sleep(0.3)
    reports = follow(arm, np.zeros(6), 2).reports
    assert [(r.code, r.fault) for r in reports] == [("R18", "configuration")]


def test_an_answer_that_does_not_come_never_looks_new_and_costs_less_than_two_ticks(
    controller: EmulatedXArm, arm: XArm
) -> None:
    before = follow(arm, np.full(6, 0.1))
    controller.deaf = True
    began = time.monotonic()
    after = arm.exchange(np.full(6, 0.2))
    assert time.monotonic() - began < 0.1
    assert after.measured_s == before.measured_s and after.acknowledged_s == before.acknowledged_s


def test_a_controller_that_reports_no_state_is_told(controller: EmulatedXArm, arm: XArm) -> None:
    controller.silent = True
    time.sleep(REPORT_S + 0.3)
    assert "has not reported its state" in arm.exchange(np.zeros(6)).reports[0].message


def test_no_number_is_no_target(controller: EmulatedXArm, arm: XArm) -> None:
    for wrong in (np.full(6, np.nan), np.zeros(2), np.full(6, np.inf)):
        arm.exchange(wrong)
    assert (controller.goal == 0).all()


def test_an_arm_with_an_error_refuses_and_the_error_is_not_cleared(controller: EmulatedXArm) -> None:
    controller.error = 24
    with pytest.raises(DeviceRefused, match="error 24; look at the arm"):
        XArm(settings(controller))
    assert controller.error == 24 and not controller.enabled


def test_an_arm_of_other_joints_refuses(controller: EmulatedXArm) -> None:
    with pytest.raises(DeviceRefused, match="has 6 joints; the skill moves 7"):
        XArm(settings(controller, (*JOINTS, "joint7")))


def test_an_address_where_nothing_answers_is_told() -> None:
    with pytest.raises(DeviceRefused, match=r"xArm at 127\.0\.0\.9 does not answer"):
        XArm(XArmSettings(joints=JOINTS, address="127.0.0.9", rate_hz=250.0))
