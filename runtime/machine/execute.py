"""Run a compiled skill: machine and reference decide, the safety filter checks, the robot moves, a log remembers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.motion_limits import MotionLimits
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.machine.interpreter import Demand, Event, Interpreter
from skillc.runtime.machine.playback import Playback
from skillc.runtime.machine.recorder import Recorder
from skillc.runtime.machine.signals import signals
from skillc.runtime.safety.filter import Feedback, SafeCommand, SafetyFilter
from skillc.runtime.safety.trip import Trip

SETTLE_S = 1.0
"""LANGUAGE: a rollout ends 1 s after the last command."""


class Robot(Protocol):
    """A device or a simulation that follows joint position targets at the control rate."""

    def send(self, q: FloatArray) -> None:
        """Set targets (n,), rad, driver order."""

    def advance(self) -> Measurement:
        """Wait or simulate one control period and measure."""

    def measure(self) -> Measurement:
        """Return the newest measurement."""

    @property
    def bad_state(self) -> str:
        """Why the run is invalid; empty while it is fine."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run."""

    log: RunLog
    events: tuple[Event, ...]
    trips: tuple[Trip, ...]
    limited_ticks: int
    """Commands that the safety filter had to pull back inside the limits."""


def execute(
    *,
    machine: Machine,
    contract: Contract,
    reference: Reference,
    robot: Robot,
    on_tick: Callable[[int, str, Measurement], None] = lambda tick, state, measured: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Run:
    """Execute the machine until a final state, then hold for one second.

    Args:
        machine: states and guards.
        contract: joint order, rates, limits.
        reference: the motion the machine's states command.
        robot: where it happens.
        on_tick: called after each tick with tick number, state name and measurement.
        interrupted: asked once a tick; True raises the fault class `interrupt`.
    """
    dt = 1.0 / contract.control_rate_hz
    measured = earlier = robot.measure()
    interpreter = Interpreter(machine, dt)
    playback = Playback(reference, dt, MotionLimits.of(contract.joints))
    safety = SafetyFilter(contract, measured.qpos)
    record = Recorder(machine, contract, reference)
    playback.enter(interpreter.state)
    settle, tick = round(SETTLE_S / dt), 0
    trips: list[Trip] = []
    safe = SafeCommand(q=measured.qpos.copy(), response="pass", trips=(), limited=False)
    while settle > 0:
        before = interpreter.state
        demands = _demands(safe.trips, interrupted(), robot.bad_state)
        state = interpreter.step(signals(measured, earlier, safe, playback, reference, contract), demands, tick)
        if state.name != before.name:
            playback.enter(state, resumed=before.kind == "hold")
        if state.kind == "motion":
            wanted = playback.command(safe.q, at_rest=safety.resting)
        else:
            # In observe and done the last command is sent again: a grip that holds an object must go on pressing.
            wanted = safe.q if state.kind in ("observe", "done") else None
        safe = safety.step(wanted, measured.command_age_s, _feedback(measured), tick)
        if safe.response != "pass":
            playback.interrupt()
        trips += safe.trips
        robot.send(safe.q)
        earlier, measured = measured, robot.advance()
        record.add(measured, safe, playback.sample, state.name)
        on_tick(tick, state.name, measured)
        if interpreter.finished:
            settle -= 1
        tick += 1
    log = record.as_log(robot.bad_state, interpreter.state.name, tick - round(SETTLE_S / dt))
    return Run(log=log, events=tuple(interpreter.events), trips=tuple(trips), limited_ticks=safety.limited_ticks)


def _demands(trips: tuple[Trip, ...], interrupted: bool, bad_state: str) -> dict[str, Demand]:
    """Return the weakest response that each fault class present allows, stops first."""
    found: dict[str, Demand] = {}
    if interrupted:
        found["interrupt"] = "stop"
    if bad_state:
        found["simulation"] = "stop"
    for trip in sorted(trips, key=lambda t: t.response != "stop"):
        found.setdefault(trip.fault, "stop" if trip.response == "stop" else "hold")
    return found


def _feedback(measured: Measurement) -> Feedback:
    """Return what the filter checks: every force of the robot on what it must not press counts."""
    force = max(measured.contacts.unsafe_force, measured.contacts.scene_force)
    return Feedback(qpos=measured.qpos, age_s=measured.age_s, contact_force_n=force)
