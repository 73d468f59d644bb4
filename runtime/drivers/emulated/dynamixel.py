"""Dynamixel X motors on a bus that is a pseudo-terminal: protocol 2.0 as ROBOTIS documents it, and its faults.

Written from the e-manual (protocol 2.0, XC330-M288): status packets, sync read and write, access and range errors, bus
watchdog, hardware errors. Motors follow their goals like a first-order servo. Time on the wire is not emulated.
"""

import os
import pty
import random
import select
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass, field

from skillc.runtime.drivers.emulated.dynamixel_motor import EmulatedMotor
from skillc.runtime.drivers.emulated.dynamixel_packet import status, take_packet

BROADCAST = 0xFE
PING, READ, WRITE, SYNC_READ, SYNC_WRITE = 0x01, 0x02, 0x03, 0x82, 0x83
TURN_S = 0.002
"""How often motors move when nothing is said."""


@dataclass(kw_only=True)
class BusFaults:
    """What goes wrong; may be changed while the bus runs."""

    damaged_share: float = 0.0
    """Share of status packets in which one bit is flipped."""
    dropped_share: float = 0.0
    """Share of status packets of which the last byte is lost."""
    silent: set[int] = field(default_factory=set)
    """Motors that are not there."""
    frozen: set[int] = field(default_factory=set)
    """Motors that repeat the answer that they gave last."""
    deaf: set[int] = field(default_factory=set)
    """Motors that take no goal."""
    seed: int = 0


class EmulatedBus:
    """Motors with ids 0, 1, ... behind `path`; a context."""

    def __init__(self, motors: int = 16, clock: Callable[[], float] = time.monotonic) -> None:
        """Make the motors; they stand at 2048 counts without torque."""
        self.motors = {number: EmulatedMotor(number, clock()) for number in range(motors)}
        self.faults = BusFaults()
        self._clock, self._lock, self._ending = clock, threading.Lock(), threading.Event()
        self._answers: dict[int, bytes] = {}
        self._random = random.Random(self.faults.seed)
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "EmulatedBus":
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._ending.set()
        self._thread.join()
        os.close(self._master)
        os.close(self._slave)

    def state(self, motor: int) -> EmulatedMotor:
        """Return a motor as it is now; its own object, so read at once what is needed."""
        with self._lock:
            self.motors[motor].advance(self._clock())
        return self.motors[motor]

    def _serve(self) -> None:
        heard = b""
        while not self._ending.is_set():
            ready, _, _ = select.select([self._master], [], [], TURN_S)
            if ready:
                heard += os.read(self._master, 4096)
            with self._lock:
                now = self._clock()
                for motor in self.motors.values():
                    motor.advance(now)
                while True:
                    packet, heard = take_packet(heard)
                    if packet is None:
                        break
                    answer = self._answer(packet, now)
                    if answer:
                        os.write(self._master, answer)

    def _answer(self, packet: bytes, now: float) -> bytes:
        """Return all status packets that an instruction packet (id, instruction, parameters) makes."""
        to, instruction, told = packet[0], packet[1], packet[2:]
        for motor in self.motors.values():
            motor.hear(now)
        if instruction == PING:
            asked = self.motors if to == BROADCAST else [to]
            return b"".join(self._said(m, self.motors[m].identity()) for m in asked if m in self.motors)
        address, size = int.from_bytes(told[0:2], "little"), int.from_bytes(told[2:4], "little")
        if instruction == SYNC_READ:
            return b"".join(self._said(m, self.motors[m].read(address, size)) for m in told[4:] if m in self.motors)
        if instruction == SYNC_WRITE:
            for at in range(4, len(told), size + 1):
                if told[at] in self.motors and told[at] not in self.faults.silent | self.faults.deaf:
                    self.motors[told[at]].write(address, told[at + 1 : at + 1 + size])
            return b""
        if to not in self.motors:
            return b""
        if instruction == READ:
            return self._said(to, self.motors[to].read(address, size))
        if instruction == WRITE:
            return self._said(to, b"", error=self.motors[to].write(address, told[2:]))
        return self._said(to, b"", error=0x02)  # Instruction Error

    def _said(self, motor: int, data: bytes, error: int = 0) -> bytes:
        """Return a motor's status packet, with what goes wrong on its way."""
        if motor in self.faults.silent:
            return b""
        packet = status(motor, error | self.motors[motor].alert, data)
        if motor in self.faults.frozen:
            packet = self._answers.get(motor, packet)
        self._answers[motor] = packet
        if self._random.random() < self.faults.damaged_share:
            at = self._random.randrange(8, len(packet))
            packet = packet[:at] + bytes([packet[at] ^ 1 << self._random.randrange(8)]) + packet[at + 1 :]
        return packet[:-1] if self._random.random() < self.faults.dropped_share else packet
