"""Drivers together with what they drive, emulated in the same process: for trying a whole chain without a robot."""

from dataclasses import replace

import numpy as np

from skillc.runtime.drivers.emulated.dynamixel import EmulatedBus
from skillc.runtime.drivers.emulated.kortex import FakeGen3, install
from skillc.runtime.drivers.emulated.xarm_controller import EmulatedXArm, use_control_port
from skillc.runtime.drivers.kinova import KinovaArm, KinovaSettings
from skillc.runtime.drivers.leap import COUNTS_PER_RAD, STRAIGHT, LeapHand, LeapSettings
from skillc.runtime.drivers.xarm import XArm, XArmSettings
from skillc.runtime.formats.arrays import FloatArray


class EmulatedHand(LeapHand):
    """A LEAP hand on an emulated bus; the settings' port is not read."""

    def __init__(self, settings: LeapSettings, start: FloatArray) -> None:
        """Stand at start (n,) rad."""
        self._emulated = EmulatedBus(len(settings.motors))
        for number, q in enumerate(start):
            self._emulated.motors[number].position = float(q) * COUNTS_PER_RAD + STRAIGHT
        self._emulated.__enter__()
        super().__init__(replace(settings, port=self._emulated.path))

    def close(self) -> None:
        """Disconnect, then end the emulation."""
        super().close()
        self._emulated.__exit__()


class EmulatedArm(XArm):
    """An xArm on an emulated controller; the settings' address is not read."""

    def __init__(self, settings: XArmSettings, start: FloatArray) -> None:
        """Stand at start (n,) rad."""
        use_control_port()
        self._emulated = EmulatedXArm()
        self._emulated.q, self._emulated.goal = np.array(start), np.array(start)
        self._emulated.__enter__()
        super().__init__(replace(settings, address=self._emulated.address))

    def close(self) -> None:
        """Disconnect, then end the emulation."""
        super().close()
        self._emulated.__exit__()


def emulated_gen3(joints: tuple[str, ...], start: FloatArray) -> KinovaArm:
    """Return the Gen3's driver before a fake of its package, which takes the package's place in this process."""
    fake = FakeGen3()
    fake.position = fake.goal = np.degrees(start)
    install(fake)
    at = tuple(start.tolist())
    return KinovaArm(KinovaSettings(joints=joints, address="127.0.0.1", username="", password="", start=at))
