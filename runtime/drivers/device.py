"""What every device that moves joints offers: one exchange a cycle, acknowledged, whose readings carry their age."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from skillc.runtime.drivers.measurement import DeviceReport
from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a device knew of its joints; times are of the monotonic clock, which all processes of a computer share."""

    q: FloatArray
    """(n,) rad."""
    measured_s: float
    """s, when `q` was measured. A read that fails repeats the last reading with the time it had: it never looks new."""
    acknowledged_s: float
    """s, when the device last confirmed a target that it was sent."""
    torque: FloatArray | None = None
    """(n,) Nm that the motors give; None where nothing measures it."""
    pressing_n: float | None = None
    """N, with which something outside presses on the robot, as the device tells; None where it tells nothing."""
    reports: tuple[DeviceReport, ...] = ()
    """What the device says is wrong with it now."""


class Device(Protocol):
    """A connected device whose joints are powered and hold where they stand."""

    @property
    def joints(self) -> tuple[str, ...]:
        """The joints it moves, in the order of its vectors."""

    @property
    def rate_hz(self) -> float:
        """How often it is to be asked."""

    @property
    def reading(self) -> Reading:
        """The newest reading; asks nothing."""

    def exchange(self, target: FloatArray) -> Reading:
        """Send joint targets (n,) rad and return the newest reading; never raises, waits a few milliseconds at most."""

    def close(self) -> None:
        """Leave it as it is to stand after a run, and disconnect."""


Connect: TypeAlias = Callable[[], Device]
"""Connects in the process that calls it; raises DeviceRefused. Picklable."""


class DeviceRefused(RuntimeError):
    """A device is not there, is not the one that is expected, or is not fit to run; says which part and what to do."""
