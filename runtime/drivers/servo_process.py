"""A process of its own for each device: targets at the control rate in, smooth motion at the device's rate out.

It is the last but one link of the chain core, filter, servo, motors. When the filter's process dies, or is silent, the
device is braked within its limits and held; when this process dies, the device's own watchdog is what is left.
"""

import gc
import multiprocessing
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

from skillc.runtime.drivers.channel import Channel
from skillc.runtime.drivers.device import Connect, Device, DeviceRefused, Reading
from skillc.runtime.drivers.measurement import DeviceReport
from skillc.runtime.drivers.target_stream import TargetStream
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.motion_limits import MotionLimits

Process: TypeAlias = multiprocessing.process.BaseProcess
NICENESS = -10
"""ours: ahead of everything ordinary; a real-time class could starve a computer whose device is slow."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the joints are to be at the next tick."""

    q: FloatArray
    """(n,) rad, in the device's order."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A device could not be connected."""

    message: str


@dataclass(frozen=True, kw_only=True)
class ServoSettings:
    """One device and how it may move."""

    name: str
    """The group of joints."""
    connect: Connect
    limits: MotionLimits
    dt: float
    """s between targets."""


def start_servo(settings: ServoSettings) -> tuple[Process, Channel]:
    """Start the process; return it with the end of the channel that takes targets and gives readings."""
    ours, theirs = Channel.pair()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings, theirs))
    process.start()
    theirs.close()
    return process, ours


def settle_in() -> None:
    """Run before others where the system allows it, and leave it to the run's process to end this one in order."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _serve(settings: ServoSettings, channel: Channel) -> None:
    settle_in()
    try:
        device = settings.connect()
    except (DeviceRefused, ImportError) as reason:
        channel.send(Refused(message=str(reason)))
        return
    try:
        _drive(device, settings, channel)
    finally:
        device.close()


def _drive(device: Device, settings: ServoSettings, channel: Channel) -> None:
    """Stream until the other end is gone and the device stands."""
    stream = TargetStream(device.reading.q, settings.limits, settings.dt)
    period, due = 1.0 / device.rate_hz, time.monotonic()
    gc.freeze()
    while not (channel.closed and stream.resting):
        message, now = channel.newest(), time.monotonic()
        if isinstance(message, Target):
            stream.receive(message.q, now)
        if channel.closed:
            stream.give_up()
        reading = device.exchange(stream.at(now))
        channel.send(_told(reading, settings.name) if stream.given_up else reading)
        # What was lost is not made up for.
        due = max(due + period, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def _told(reading: Reading, name: str) -> Reading:
    told = f"the servo process of {name} got no targets and holds; start the run again"
    return replace(reading, reports=(*reading.reports, DeviceReport(code="R17", fault="arm_fault", message=told)))
