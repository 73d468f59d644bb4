"""A robot of devices behind the same calls as the simulated one: each in its process, the filter before them all."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from skillc.runtime.drivers.channel import Channel
from skillc.runtime.drivers.device import Connect, DeviceRefused, Reading
from skillc.runtime.drivers.filter_process import CONNECTED_S, FilterSettings, start_filter
from skillc.runtime.drivers.measurement import DeviceReport, JointTorque, Measurement
from skillc.runtime.drivers.robot_reading import RobotPart
from skillc.runtime.drivers.servo_process import Process, Refused, ServoSettings, Target, start_servo
from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.motion_limits import MotionLimits

ENDING_S = 5.0
"""ours: a servo brakes in less than a second; a process that has not ended after this is killed."""
GONE = DeviceReport(code="R17", fault="arm_fault", message="the filter's process ended; start the run again")


class Surroundings(Protocol):
    """What is around the robot: objects, contacts, the camera."""

    def around(self, q: FloatArray) -> Measurement:
        """Return what is measured now around a robot at q (n,) rad; its own joints and times in it are not read."""


class SimulatedSurroundings:
    """Objects and contacts of a simulation whose robot follows the one that is measured; for emulated devices."""

    def __init__(self, robot: SimulatedRobot) -> None:
        """Take a simulated robot that stands where the other one does."""
        self._robot = robot

    def around(self, q: FloatArray) -> Measurement:
        """Follow to q (n,) rad for one control period, and measure."""
        self._robot.send(q)
        return self._robot.advance()


class HardwareRobot:
    """Every group of joints behind its device; a context that ends all processes."""

    def __init__(self, contract: Contract, devices: Sequence[tuple[str, Connect]], surroundings: Surroundings) -> None:
        """Connect every device, in a process of its own.

        Args:
            contract: joint order, limits, rates.
            devices: (group of joints, what connects its device), one for every group.
            surroundings: what else is measured.

        Raises:
            DeviceRefused: a group has no device, or one cannot be connected; nothing has moved, all processes are gone.
        """
        groups = dict.fromkeys(contract.joint_groups)
        if sorted(name for name, _ in devices) != sorted(groups):
            raise DeviceRefused(f"devices for {[name for name, _ in devices]}; the skill moves {', '.join(groups)}")
        self._surroundings, self._processes = surroundings, list[Process]()
        parts, servos = [], list[Channel]()
        for group, connect in devices:
            columns = tuple(i for i, name in enumerate(contract.joint_groups) if name == group)
            limits = MotionLimits.of(contract.joints[i] for i in columns)
            settings = ServoSettings(name=group, connect=connect, limits=limits, dt=1.0 / contract.control_rate_hz)
            process, servo = start_servo(settings)
            self._processes.append(process)
            servos.append(servo)
            parts.append(RobotPart(name=group, columns=columns, hand=group in contract.hand_groups))
        process, self._filter = start_filter(FilterSettings(contract=contract, parts=tuple(parts)), servos)
        self._processes.append(process)
        self._reading = self._first()
        self._still = self._reading.q

    def __enter__(self) -> "HardwareRobot":
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def send(self, q: FloatArray) -> None:
        """Set joint position targets (n,), rad; whether they arrived is told by the age of what was acknowledged."""
        self._filter.send(Target(q=q))

    def advance(self) -> Measurement:
        """Measure; the control period has passed on the run's own clock."""
        return self.measure()

    def measure(self) -> Measurement:
        """Return the newest measurement."""
        message = self._filter.newest()
        if isinstance(message, Reading):
            self._reading = message
        told, now = self._reading, time.monotonic()
        # Where a joint was last seen is enough for what is around it; what is measured stays unknown.
        self._still = np.where(np.isfinite(told.q), told.q, self._still)
        torque = None if told.torque is None else JointTorque(mean=told.torque, peak=np.abs(told.torque))
        around = self._surroundings.around(self._still)
        # A force that is no number stays one, for the filter to see.
        pressing = float(np.maximum(around.contacts.unsafe_force, told.pressing_n or 0.0))
        return replace(
            around,
            contacts=replace(around.contacts, unsafe_force=pressing),
            time_s=now,
            qpos=told.q,
            age_s=now - told.measured_s,
            command_age_s=now - told.acknowledged_s,
            torque=torque,
            reports=(*told.reports, GONE) if self._filter.closed else told.reports,
        )

    @property
    def time_s(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    @property
    def bad_state(self) -> str:
        """Empty: a device has no state that it could invalidate."""
        return ""

    def close(self) -> None:
        """Let everything brake and hold, then end all processes."""
        self._filter.close()
        until = time.monotonic() + ENDING_S
        # The filter ends first, then the devices behind it.
        for process in reversed(self._processes):
            process.join(max(0.0, until - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()

    def _first(self) -> Reading:
        self._filter.wait(CONNECTED_S + ENDING_S)
        message = self._filter.newest()
        if isinstance(message, Reading):
            return message
        self.close()
        raise DeviceRefused(message.message if isinstance(message, Refused) else "the filter's process did not start")
