"""A LEAP hand on an emulated bus."""

from skillc.runtime.drivers.emulated.dynamixel import EmulatedBus
from skillc.runtime.drivers.leap import LeapHand, LeapSettings
from skillc.runtime.formats.motors import Drive

DRIVE = Drive(stall_torque=0.93, stall_current=1.80, no_load_speed=8.48, current_limit=0.55)
JOINTS = tuple(f"finger_{i}" for i in range(16))


def settings(bus: EmulatedBus, **others: object) -> LeapSettings:
    return LeapSettings(joints=JOINTS, port=bus.path, drive=DRIVE, **others)  # type: ignore[arg-type]


def connected(bus: EmulatedBus, **others: object) -> LeapHand:
    return LeapHand(settings(bus, **others))
