"""UFACTORY xArm over the maker's SDK, in servo mode: joint positions streamed, each answered by the controller.

Never run on a device; what ran against the emulator is in docs/drivers.md. In servo mode the controller goes to each
position as it comes and stays at the last one; it has no watchdog that a client could set.
"""

import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from skillc.runtime.drivers.device import DeviceRefused, Reading
from skillc.runtime.drivers.measurement import DeviceReport
from skillc.runtime.formats.arrays import FloatArray

SERVO_MODE = 1
"""xArm developer manual: mode 1 is servo motion."""
STOPPED = (4, 5)
"""States in which the controller takes no motion."""
REPLY_S, PATIENCE_S = 0.008, 1.0
"""ours: half a control period in a cycle; longer while nothing moves."""
REPORT_S = 1.0
"""ours: the controller reports its state five times a second (port 30001); five missed are a fault."""
UNSTOPPED_S = 5.0
"""ours: how long it may take until the controller reports what it was told."""


@dataclass(frozen=True, kw_only=True)
class XArmSettings:
    """One arm at one address."""

    joints: tuple[str, ...]
    address: str
    """IPv4."""
    rate_hz: float
    """At which positions are streamed; 250 Hz at most (xArm Python SDK)."""


class XArm:
    """A connected arm in servo mode, holding where it stood."""

    def __init__(self, settings: XArmSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Connect, refuse an arm with an error, enable it and see that it reports servo mode.

        Raises:
            DeviceRefused: nothing answers, another arm answers, it has an error, or it does not become ready.
        """
        self._settings, self._clock, self._reported_s = settings, clock, clock()
        where = f"xArm at {settings.address}"
        # The SDK prints what it connects to; standard output is the command's own.
        with contextlib.redirect_stdout(sys.stderr):
            from xarm.wrapper import XArmAPI

            try:
                self._arm: Any = XArmAPI(
                    settings.address, is_radian=True, report_type="normal", check_joint_limit=False
                )
            except Exception as reason:  # the SDK raises the base class
                raise DeviceRefused(f"{where} does not answer: {reason}; check power, cable and address") from reason
        try:
            self._prepare(where)
            code, angles = self._arm.get_servo_angle(is_radian=True)
            if code:
                raise DeviceRefused(f"{where} does not tell its joints (code {code})")
        except DeviceRefused:
            self._arm.disconnect()
            raise
        self._arm.set_timeout((REPLY_S, REPLY_S))
        q, now = np.array(angles[: len(settings.joints)]), clock()
        self._reading = Reading(q=q, measured_s=now, acknowledged_s=now)

    @property
    def joints(self) -> tuple[str, ...]:
        """The arm's joints, base first."""
        return self._settings.joints

    @property
    def rate_hz(self) -> float:
        """Exchanges a second."""
        return self._settings.rate_hz

    @property
    def reading(self) -> Reading:
        """The newest reading."""
        return self._reading

    def exchange(self, target: FloatArray) -> Reading:
        """Send targets (n,) rad and read the joints; acknowledged is what the controller takes without an error."""
        last, reports = self._reading, tuple(self._wrong())
        taken = False
        if not reports and target.shape == last.q.shape and np.isfinite(target).all():
            taken = self._arm.set_servo_angle_j(target.tolist(), is_radian=True) == 0
        sent_s = self._clock()
        # With a code the SDK returns the angles of an earlier answer.
        code, angles = self._arm.get_servo_angle(is_radian=True)
        now, sound = self._clock(), code == 0 and all(math.isfinite(angle) for angle in angles)
        self._reading = Reading(
            q=np.array(angles[: len(last.q)]) if sound else last.q,
            measured_s=now if sound else last.measured_s,
            acknowledged_s=sent_s if taken else last.acknowledged_s,
            reports=reports,
        )
        return self._reading

    def close(self) -> None:
        """Disconnect; the arm holds the last position."""
        self._arm.disconnect()

    def _prepare(self, where: str) -> None:
        """Bring the arm into servo mode; never clears an error, which a person has to look at."""
        arm = self._arm
        if arm.axis != len(self._settings.joints):
            raise DeviceRefused(f"{where} has {arm.axis} joints; the skill moves {len(self._settings.joints)}")
        arm.set_timeout((PATIENCE_S, PATIENCE_S))
        code, (error, _) = arm.get_err_warn_code()
        if code or error:
            raise DeviceRefused(f"{where} has error {error}; look at the arm, then clear it in UFACTORY Studio")
        arm.register_report_callback(self._heard)
        arm.motion_enable(True)
        arm.set_mode(SERVO_MODE)
        arm.set_state(0)
        until = self._clock() + UNSTOPPED_S
        while arm.mode != SERVO_MODE or arm.state in STOPPED:
            if self._clock() > until:
                raise DeviceRefused(f"{where} reports mode {arm.mode} and state {arm.state}; expected servo mode 1")
            time.sleep(0.02)

    def _heard(self, report: object) -> None:
        self._reported_s = self._clock()

    def _wrong(self) -> Iterator[DeviceReport]:
        """Yield what the controller reports (FAULTS R17, R18)."""
        arm = self._arm
        if not arm.connected:
            yield DeviceReport(code="R17", fault="arm_fault", message="the xArm's controller closed the connection")
        if arm.error_code:
            told = f"the xArm has error {arm.error_code}; look at the arm, clear it, start the run again"
            yield DeviceReport(code="R17", fault="arm_fault", message=told)
        elif arm.state in STOPPED:
            yield DeviceReport(code="R17", fault="arm_fault", message=f"the xArm is stopped (state {arm.state})")
        elif arm.mode != SERVO_MODE:
            told = f"the xArm is in mode {arm.mode}, not in servo mode: another client commands it"
            yield DeviceReport(code="R18", fault="configuration", message=told)
        silent = self._clock() - self._reported_s
        if silent > REPORT_S:
            told = f"the xArm's controller has not reported its state for {silent:.1f} s"
            yield DeviceReport(code="R17", fault="arm_fault", message=told)
