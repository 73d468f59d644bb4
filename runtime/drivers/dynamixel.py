"""A Dynamixel 2.0 bus over the maker's SDK: single registers, and all motors at once.

The SDK's packet handler speaks the protocol; the port is our own, because the SDK's waits up to 34 ms for a lost byte,
spins meanwhile, and measures by the wall clock, which may be set (FAULTS R33).
"""

import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from skillc.runtime.drivers.device import DeviceRefused

REPLY_S = 0.008
"""ours: half a control period; adapters wait 1 ms, motors reply at once (`Return Delay Time` 0)."""
PATIENCE_S = 0.25
"""ours: for single registers, which are asked for while nothing moves."""
POLL_S = 0.001
"""ours: how long one read of the port sleeps for bytes."""
ALERT = 0x80
"""Bit of a status packet's error byte: the motor has a hardware error (protocol 2.0)."""


@dataclass(frozen=True, kw_only=True)
class Register:
    """A place in the control table of the X series (XC330-M288 and XL330-M288 have the same)."""

    name: str
    address: int
    size: int


FIRMWARE = Register(name="Firmware Version", address=6, size=1)
RETURN_DELAY = Register(name="Return Delay Time", address=9, size=1)
OPERATING_MODE = Register(name="Operating Mode", address=11, size=1)
CURRENT_LIMIT = Register(name="Current Limit", address=38, size=2)
TORQUE_ENABLE = Register(name="Torque Enable", address=64, size=1)
HARDWARE_ERROR = Register(name="Hardware Error Status", address=70, size=1)
POSITION_D_GAIN = Register(name="Position D Gain", address=80, size=2)
POSITION_I_GAIN = Register(name="Position I Gain", address=82, size=2)
POSITION_P_GAIN = Register(name="Position P Gain", address=84, size=2)
BUS_WATCHDOG = Register(name="Bus Watchdog", address=98, size=1)
GOAL_CURRENT = Register(name="Goal Current", address=102, size=2)
GOAL_POSITION = Register(name="Goal Position", address=116, size=4)
FEEDBACK = Register(name="Goal Position to Present Position", address=116, size=20)
"""Goal Position 4, Realtime Tick 2, Moving 1, Moving Status 1, Present PWM 2, Current 2, Velocity 4, Position 4."""


class BusError(RuntimeError):
    """A motor did not answer, or refused; the message says which and what."""


class DynamixelBus:
    """One port with motors on it."""

    def __init__(self, port: str, baud: int) -> None:
        """Open the port.

        Raises:
            DeviceRefused: it cannot be opened; an import error where the SDK is missing.
        """
        import serial
        from dynamixel_sdk import PacketHandler

        try:
            self._port = _Port(serial.Serial(port, baud, timeout=POLL_S, write_timeout=0, exclusive=True))
        except (OSError, ValueError) as reason:
            raise DeviceRefused(f"port {port} cannot be opened: {reason}") from reason
        self._packets = PacketHandler(2.0)

    def close(self) -> None:
        """Close the port."""
        self._port.serial.close()

    def model(self, motor: int) -> int:
        """Return the model number of a motor; raises BusError if it does not answer."""
        with self._patient(motor, "asking for its model"):
            number, result, _ = self._packets.ping(self._port, motor)
            if result:
                raise BusError(f"motor {motor} does not answer")
            return int(number)

    def read(self, motor: int, register: Register) -> int:
        """Return a register, unsigned; raises BusError."""
        doing = f"reading {register.name}"
        with self._patient(motor, doing):
            data, result, error = self._packets.readTxRx(self._port, motor, register.address, register.size)
            self._require(motor, doing, result, error)
            return int.from_bytes(bytes(data), "little")

    def write(self, motor: int, register: Register, value: int) -> None:
        """Write a register and wait for the motor's answer; raises BusError."""
        doing, data = f"writing {value} to {register.name}", list(value.to_bytes(register.size, "little"))
        with self._patient(motor, doing):
            result, error = self._packets.writeTxRx(self._port, motor, register.address, register.size, data)
            self._require(motor, doing, result, error)

    def write_all(self, register: Register, values: Mapping[int, int]) -> None:
        """Write a register of several motors at once, which none of them answers; raises BusError."""
        data = [byte for motor, value in values.items() for byte in (motor, *value.to_bytes(register.size, "little"))]
        try:
            result = self._packets.syncWriteTxOnly(self._port, register.address, register.size, data, len(data))
        except OSError as reason:
            raise BusError(f"the port is gone: {reason}") from reason
        if result:
            raise BusError(f"{register.name} could not be sent")

    def read_all(self, register: Register, motors: Sequence[int], reply_s: float = REPLY_S) -> "Answers":
        """Return what each motor answers within `reply_s`, all asked at once; what is lost or damaged is missing."""
        found: dict[int, bytes] = {}
        alerts: list[int] = []
        if not motors:
            return Answers(data=found, alerts=())
        packets, self._port.reply_s = self._packets, reply_s
        try:
            result = packets.syncReadTx(
                self._port, register.address, register.size, list(motors), len(motors), False
            )  # fmt: skip
            while not result and len(found) < len(motors):
                packet, result = packets.rxPacket(self._port, False)
                self._port.is_using = False
                # Status packet: header 4, id 1, length 2, instruction 1, error 1, data, CRC 2.
                if not result and packet[4] in motors and len(packet) >= 9 + register.size:
                    found[packet[4]] = bytes(packet[9 : 9 + register.size])
                    alerts += [packet[4]] if packet[8] & ALERT else []
                elif result and not self._port.isPacketTimeout():
                    # A damaged packet; those behind it are still to come.
                    result = 0
        except OSError:
            found, alerts = {}, []
        self._port.reply_s = REPLY_S
        return Answers(data=found, alerts=tuple(alerts))

    @contextmanager
    def _patient(self, motor: int, doing: str) -> Iterator[None]:
        """Wait longer for an answer than a cycle may."""
        self._port.reply_s = PATIENCE_S
        try:
            yield
        except OSError as reason:
            raise BusError(f"motor {motor} did not answer: {doing}: {reason}") from reason
        finally:
            self._port.reply_s = REPLY_S

    def _require(self, motor: int, doing: str, result: int, error: int) -> None:
        if result:
            raise BusError(f"motor {motor} did not answer: {doing}")
        # An alert says that the motor has a hardware error, not that the instruction failed.
        if error & ~ALERT:
            raise BusError(f"motor {motor} refused: {doing} ({self._packets.getRxPacketError(error & ~ALERT)})")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One turn around the bus."""

    data: Mapping[int, bytes]
    """Motor -> its bytes, CRC checked."""
    alerts: tuple[int, ...]
    """Motors that say they have a hardware error."""


class _Port:
    """What the SDK's packet handler asks of a port, names as it has them."""

    def __init__(self, serial: Any) -> None:
        self.serial, self.is_using = serial, False
        self._until, self.reply_s = 0.0, REPLY_S

    def clearPort(self) -> None:
        try:
            self.serial.reset_input_buffer()
        except termios.error as reason:  # of an adapter that was pulled out; no OSError
            raise OSError(str(reason)) from reason

    def writePort(self, packet: Sequence[int]) -> int:
        return int(self.serial.write(bytes(packet)) or 0)

    def readPort(self, length: int) -> bytes:
        return bytes(self.serial.read(length))

    def getBaudRate(self) -> int:
        return int(self.serial.baudrate)

    def setPacketTimeout(self, length: int) -> None:
        self._until = time.monotonic() + self.reply_s + 10 * length / self.serial.baudrate

    def setPacketTimeoutMillis(self, milliseconds: float) -> None:
        self._until = time.monotonic() + milliseconds * 1e-3

    def isPacketTimeout(self) -> bool:
        return time.monotonic() > self._until
