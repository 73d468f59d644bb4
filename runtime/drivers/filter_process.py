"""The safety filter in a process of its own, between the run's process and those of the devices.

The run has a filter of its own, by which its machine decides; what a device gets has passed this one, which nothing in
the run's process can touch. It steps when a command comes, and by itself when none does: a robot whose run is dead or
frozen is braked within all limits and held, and stopped for good after six ticks (FAULTS R15, R29, R31).
"""

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from skillc.runtime.drivers.channel import Channel
from skillc.runtime.drivers.device import Reading
from skillc.runtime.drivers.measurement import DeviceReport
from skillc.runtime.drivers.robot_reading import HAND_STALE_TICKS, RobotPart, whole
from skillc.runtime.drivers.servo_process import Process, Refused, Target, settle_in
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.motion_limits import LimitsRefused
from skillc.runtime.safety.filter import Feedback, SafetyFilter

PATIENCE = 2.0
"""Control periods after which a command that did not come is missing (FAULTS R15); until then the servos go on."""
CONNECTED_S = 30.0
"""ours: devices connect in seconds."""


@dataclass(frozen=True, kw_only=True)
class FilterSettings:
    """What the filter keeps, and what it stands before."""

    contract: Contract
    parts: tuple[RobotPart, ...]


def start_filter(settings: FilterSettings, servos: Sequence[Channel]) -> tuple[Process, Channel]:
    """Start the process; return it with the end of the channel that takes commands and gives readings.

    `servos` are the channels of the parts; they are then the new process's alone.
    """
    ours, theirs = Channel.pair()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings, theirs, list(servos)))
    process.start()
    for end in (theirs, *servos):
        end.close()
    return process, ours


def _serve(settings: FilterSettings, run: Channel, servos: list[Channel]) -> None:
    settle_in()
    first = _connected(settings.parts, servos)
    if isinstance(first, Refused):
        run.send(first)
        return
    try:
        chain = _Chain(settings, servos, first)
    except LimitsRefused as reason:
        run.send(Refused(message=str(reason)))
        return
    run.send(chain.robot())
    while not (run.closed and chain.resting):
        # A run that is gone cannot be waited for: the next tick is due one period after the last.
        run.wait(chain.due - time.monotonic())
        if run.closed:
            time.sleep(max(0.0, chain.due - time.monotonic()))
        command = run.newest()
        run.send(chain.step(command.q if isinstance(command, Target) else None))


def _connected(parts: Sequence[RobotPart], servos: Sequence[Channel]) -> list[Reading] | Refused:
    """Return the first reading of every part, once all are connected."""
    found: dict[int, Reading] = {}
    until = time.monotonic() + CONNECTED_S
    for number, (part, servo) in enumerate(zip(parts, servos)):
        while number not in found:
            servo.wait(until - time.monotonic())
            message = servo.newest()
            if isinstance(message, Reading):
                found[number] = message
            elif isinstance(message, Refused):
                return Refused(message=f"{part.name}: {message.message}")
            elif servo.closed or time.monotonic() > until:
                return Refused(message=f"{part.name}: its process ended or was silent for {CONNECTED_S:g} s")
    return list(found.values())


class _Chain:
    """The filter, and the devices behind it."""

    def __init__(self, settings: FilterSettings, servos: Sequence[Channel], first: list[Reading]) -> None:
        self._parts, self._servos, self._readings = settings.parts, servos, first
        self._dt = 1.0 / settings.contract.control_rate_hz
        # Nothing moves yet: where a part was first seen, it stands.
        start = whole(self._parts, first, time.monotonic(), stale_s=float("inf"))
        self._filter = SafetyFilter(settings.contract, start.q)
        self._tick, self._heard = 0, time.monotonic()
        self._why = ""
        self.resting = True
        self.due = float("inf")
        """s, when to step without a command; nothing is missing before the first."""

    def robot(self) -> Reading:
        """Return the newest reading of the robot, with what of the chain is gone."""
        for number, servo in enumerate(self._servos):
            message = servo.newest()
            if isinstance(message, Reading):
                self._readings[number] = message
        reading = whole(self._parts, self._readings, time.monotonic(), HAND_STALE_TICKS * self._dt)
        gone = tuple(_ended(part) for part, servo in zip(self._parts, self._servos) if servo.closed)
        return replace(reading, reports=(*reading.reports, *gone))

    def step(self, command: FloatArray | None) -> Reading:
        """Send what may be sent; return the robot's reading with what the filter found."""
        reading, now = self.robot(), time.monotonic()
        self._heard = now if command is not None else self._heard
        self.due = now + PATIENCE * self._dt if command is not None else max(self.due, now - self._dt) + self._dt
        # Where no device tells what presses on it (docs/drivers.md), R22 cannot be raised here.
        feedback = Feedback(
            qpos=reading.q, age_s=now - reading.measured_s, contact_force_n=reading.pressing_n or 0.0
        )  # fmt: skip
        age = now - min(self._heard, reading.acknowledged_s)
        safe = self._filter.step(command, age, feedback, self._tick)
        self._tick, self.resting = self._tick + 1, safe.resting
        for part, servo in zip(self._parts, self._servos):
            servo.send(Target(q=safe.q[list(part.columns)]))
        found = tuple(DeviceReport(code=t.code, fault=t.fault, message=f"filter: {t.message}") for t in safe.trips)
        if self._filter.stopped:
            self._why = self._why or next((t.message for t in safe.trips if t.response == "stop"), "")
            told = f"the filter's process stopped the robot ({self._why}); start the run again"
            found = (*found, DeviceReport(code="R17", fault="arm_fault", message=told))
        return replace(reading, reports=(*reading.reports, *found))


def _ended(part: RobotPart) -> DeviceReport:
    code, fault = ("R27", "hand_fault") if part.hand else ("R17", "arm_fault")
    return DeviceReport(code=code, fault=fault, message=f"the servo process of {part.name} ended; start the run again")
