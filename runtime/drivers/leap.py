"""LEAP hand: sixteen Dynamixel X motors on one bus, in current-based position mode behind their own watchdog.

Never run on a device; what ran against the emulator is in docs/drivers.md. Registers and units: ROBOTIS e-manual,
XC330-M288 and XL330-M288.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from skillc.runtime.drivers import dynamixel as dxl
from skillc.runtime.drivers.device import DeviceRefused, Reading
from skillc.runtime.drivers.dynamixel import BusError, DynamixelBus, Register
from skillc.runtime.drivers.measurement import DeviceReport
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.motors import Drive

MODELS = {1240: "XC330-M288", 1200: "XL330-M288"}
"""dynamixel-sdk, control_table/dynamixel.model."""
CURRENT_BASED_POSITION = 5
"""E-manual, Operating Mode: position control that never draws more than Goal Current."""
COUNTS_PER_RAD = 4096 / (2 * np.pi)
STRAIGHT = 2048
"""Counts of a joint at 0 rad: LEAP Hand SDK adds pi to the angles of the model."""
WATCHDOG = 4
"""ours: x 20 ms (e-manual). A hand that hears nothing for 80 ms stops, so it does within 100 ms (FAULTS R29)."""
GAINS: dict[Register, int] = {dxl.POSITION_P_GAIN: 600, dxl.POSITION_I_GAIN: 0, dxl.POSITION_D_GAIN: 200}
"""LEAP Hand SDK, main.py: kP 600, kI 0, kD 200."""
RATE_HZ = 100.0
"""ours: the bus bears 500 Hz (LEAP Hand SDK); targets come at 60 Hz, and the watchdog wants one packet in 80 ms."""
LOST_SHARE, WINDOW_S = 0.01, 1.0
"""FAULTS R28: more than 1 % of the packets of a second."""
UNACKNOWLEDGED = 3
"""ours: targets in a row that a motor did not take, before it is asked why."""
ERRORS = {0: "input voltage", 2: "overheating", 3: "encoder", 4: "electrical shock", 5: "overload"}
"""Bits of Hardware Error Status (e-manual)."""


@dataclass(frozen=True, kw_only=True)
class LeapSettings:
    """One hand on one port."""

    joints: tuple[str, ...]
    """In the order of `motors`."""
    port: str
    """/dev/serial/by-id/..."""
    drive: Drive
    """Its motors; `current_limit` is what they are set to."""
    baud: int = 4_000_000
    """LEAP Hand SDK."""
    motors: tuple[int, ...] = tuple(range(16))
    """Bus ids."""
    release: bool = False
    """Torque off when the run ends; otherwise the hand keeps its grip."""


class LeapHand:
    """A connected hand, torque on, holding where it stood."""

    def __init__(self, settings: LeapSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Check every motor, set and read back its registers, then let it hold its place.

        Args:
            settings: the hand.
            clock: s, monotonic.

        Raises:
            DeviceRefused: a motor is missing, of another kind, has a hardware error, or does not keep a setting.
        """
        if len(settings.joints) != len(settings.motors):
            raise DeviceRefused(f"{len(settings.joints)} joints for {len(settings.motors)} motors")
        self._settings, self._clock = settings, clock
        self._bus = DynamixelBus(settings.port, settings.baud)
        try:
            for motor in settings.motors:
                self._prepare(motor)
            self._ticks: dict[int, int] = {}
            self._packets: deque[tuple[float, int, int]] = deque()
            self._goal: dict[int, int] | None = None
            self._refused, self._reports = 0, tuple[DeviceReport, ...]()
            data = self._first()
            now = clock()
            self._reading = self._as_reading(data, measured_s=now, acknowledged_s=now)
            self._power(data)
        except BusError as reason:
            self._bus.close()
            raise DeviceRefused(f"hand on {settings.port}: {reason}; check its power and cable") from reason
        except DeviceRefused:
            self._bus.close()
            raise

    @property
    def joints(self) -> tuple[str, ...]:
        """The fingers' joints."""
        return self._settings.joints

    @property
    def rate_hz(self) -> float:
        """Exchanges a second."""
        return RATE_HZ

    @property
    def reading(self) -> Reading:
        """The newest reading."""
        return self._reading

    def exchange(self, target: FloatArray) -> Reading:
        """Send targets (n,) rad and read all motors; acknowledged is what they then hold as their goals."""
        last, sent = self._reading, self._goal
        answers = self._bus.read_all(dxl.FEEDBACK, self._settings.motors)
        now = self._clock()
        fresh = self._count(answers.data, now)
        acknowledged = bool(fresh) and sent is not None and all(_goal(answers.data[m]) == g for m, g in sent.items())
        self._refused = 0 if acknowledged or not fresh else self._refused + 1
        self._reports = tuple(self._wrong(answers, now))
        reading = self._as_reading(
            answers.data if fresh else None, measured_s=now if fresh else last.measured_s,
            acknowledged_s=now if acknowledged else last.acknowledged_s,
        )  # fmt: skip
        self._goal = self._send(target)
        self._reading = reading
        return reading

    def close(self) -> None:
        """Take the watchdog off and leave the hand holding its grip, or released if its settings say so."""
        for motor in self._settings.motors:
            try:
                if self._settings.release:
                    self._bus.write(motor, dxl.TORQUE_ENABLE, 0)
                self._bus.write(motor, dxl.BUS_WATCHDOG, 0)
            except (BusError, OSError):
                continue  # its watchdog stops it
        self._bus.close()

    def _send(self, target: FloatArray) -> dict[int, int] | None:
        """Return what was sent, counts; None if nothing was."""
        if target.shape != (len(self.joints),) or not np.isfinite(target).all():
            return None
        counts = np.rint(target * COUNTS_PER_RAD).astype(np.int64) + STRAIGHT
        goal = {motor: int(count) for motor, count in zip(self._settings.motors, counts)}
        try:
            self._bus.write_all(dxl.GOAL_POSITION, {motor: count % 2**32 for motor, count in goal.items()})
        except BusError:
            return None
        return goal

    def _prepare(self, motor: int) -> None:
        """Refuse an unfit motor, and set what it keeps while its torque is off."""
        bus, drive = self._bus, self._settings.drive
        model = bus.model(motor)
        if model not in MODELS:
            raise DeviceRefused(f"motor {motor} is model {model}; expected {' or '.join(MODELS.values())}")
        error = bus.read(motor, dxl.HARDWARE_ERROR)
        if error:
            raise DeviceRefused(f"motor {motor}: {_named(error)}; let it cool, then switch its power off and on")
        limit = round(drive.current_limit * 1000)
        self._set(motor, dxl.TORQUE_ENABLE, 0)
        self._set(motor, dxl.BUS_WATCHDOG, 0)
        self._set(motor, dxl.RETURN_DELAY, 0)
        self._set(motor, dxl.OPERATING_MODE, CURRENT_BASED_POSITION)
        self._set(motor, dxl.CURRENT_LIMIT, limit)
        self._set(motor, dxl.GOAL_CURRENT, limit)
        for register, value in GAINS.items():
            self._set(motor, register, value)

    def _set(self, motor: int, register: Register, value: int) -> None:
        self._bus.write(motor, register, value)
        kept = self._bus.read(motor, register)
        if kept != value:
            raise DeviceRefused(f"motor {motor}: {register.name} is {kept} after {value} was written")

    def _first(self) -> Mapping[int, bytes]:
        """Return where all motors stand; raises BusError naming one that is not read."""
        answers = self._bus.read_all(dxl.FEEDBACK, self._settings.motors, reply_s=dxl.PATIENCE_S)
        for motor in self._settings.motors:
            if motor not in answers.data:
                raise BusError(f"motor {motor} is not read with the others")
        return answers.data

    def _power(self, data: Mapping[int, bytes]) -> None:
        """Let every motor hold where it stands, with its watchdog on."""
        for register, values in (
            (dxl.GOAL_POSITION, {m: _position(data[m]) % 2**32 for m in self._settings.motors}),
            (dxl.TORQUE_ENABLE, dict.fromkeys(self._settings.motors, 1)),
            (dxl.BUS_WATCHDOG, dict.fromkeys(self._settings.motors, WATCHDOG)),
        ):
            # All at once: one by one takes longer than the first one's watchdog waits.
            self._bus.write_all(register, values)
            kept = self._bus.read_all(register, self._settings.motors, reply_s=dxl.PATIENCE_S).data
            for motor, value in values.items():
                if motor not in kept:
                    raise BusError(f"motor {motor} did not answer: reading {register.name}")
                if int.from_bytes(kept[motor], "little") != value:
                    raise DeviceRefused(f"motor {motor}: {register.name} is not kept after {value} was written")

    def _count(self, data: Mapping[int, bytes], now: float) -> bool:
        """Note what arrived and what was lost; tell whether every motor was read and none repeats itself."""
        motors = self._settings.motors
        ticks = {m: int.from_bytes(d[4:6], "little") for m, d in data.items()}
        # Realtime Tick counts milliseconds: a motor that tells the same one again tells old data.
        fresh = [m for m in ticks if self._ticks.get(m) != ticks[m]]
        self._ticks |= ticks
        self._packets.append((now, len(motors), len(motors) - len(data)))
        while self._packets[0][0] < now - WINDOW_S:
            self._packets.popleft()
        return len(fresh) == len(motors)

    def _wrong(self, answers: dxl.Answers, now: float) -> Iterator[DeviceReport]:
        """Yield what the motors and the bus say is wrong (FAULTS R27, R28)."""
        sent = sum(expected for _, expected, _ in self._packets)
        lost = sum(missing for _, _, missing in self._packets)
        if lost > max(1, LOST_SHARE * sent):
            told = f"{lost} of {sent} packets of the last second were lost or damaged; check the hand's cable"
            yield DeviceReport(code="R28", fault="hand_bus", message=told)
        for motor, error in self._bus.read_all(dxl.HARDWARE_ERROR, answers.alerts).data.items():
            yield DeviceReport(code="R27", fault="hand_fault", message=f"hand motor {motor}: {_named(error[0])}")
        if self._refused >= UNACKNOWLEDGED:
            watchdogs = self._bus.read_all(dxl.BUS_WATCHDOG, self._settings.motors).data
            tripped = ", ".join(str(motor) for motor, value in watchdogs.items() if value[0] != WATCHDOG)
            told = f"the bus watchdog stopped hand motor {tripped}" if tripped else "the hand takes no targets"
            yield DeviceReport(code="R27", fault="hand_fault", message=f"{told}; start the run again")

    def _as_reading(self, data: Mapping[int, bytes] | None, *, measured_s: float, acknowledged_s: float) -> Reading:
        if data is None:
            q, torque = self._reading.q, self._reading.torque
        else:
            rows = [data[motor] for motor in self._settings.motors]
            q = (np.array([_position(row) for row in rows], dtype=np.float64) - STRAIGHT) / COUNTS_PER_RAD
            amperes = np.array([int.from_bytes(row[10:12], "little", signed=True) for row in rows]) * 1e-3
            torque = amperes * self._settings.drive.torque_constant
        return Reading(
            q=q, measured_s=measured_s, acknowledged_s=acknowledged_s, torque=torque, reports=self._reports
        )  # fmt: skip


def _goal(row: bytes) -> int:
    return int.from_bytes(row[0:4], "little", signed=True)


def _position(row: bytes) -> int:
    return int.from_bytes(row[16:20], "little", signed=True)


def _named(error: int) -> str:
    return ", ".join(name for bit, name in ERRORS.items() if error >> bit & 1) or f"hardware error {error}"
