"""Run a compiled skill: machine and reference decide, the safety filter checks, the robot moves, a log remembers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.faults import FAULT_NAMES
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.machine.interpreter import Event, Interpreter
from skillc.runtime.machine.playback import Playback
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
    interpreter, playback = Interpreter(machine, dt), Playback(reference, dt)
    safety = SafetyFilter(contract, measured.qpos)
    record = _Recorder(machine, contract, reference)
    playback.enter(interpreter.state, resumed=False)
    command, settle, tick = measured.qpos.copy(), round(SETTLE_S / dt), 0
    trips: list[Trip] = []
    safe = SafeCommand(q=command, response="pass", trips=(), limited=False)
    while settle > 0:
        faults = _faults(safe.trips, interrupted(), robot.bad_state)
        before = interpreter.state
        state = interpreter.step(_signals(measured, earlier, safe, playback, reference, contract), faults, tick)
        if state.name != before.name:
            playback.enter(state, resumed=before.kind == "hold")
        moving = state.kind == "motion"
        if moving:
            command = playback.command()
        # Final states send the last command again: a grip that holds an object must go on pressing.
        wanted = None if state.kind in ("hold", "stop") else command
        safe = safety.step(
            wanted, 0.0, Feedback(qpos=measured.qpos, age_s=0.0, contact_force_n=measured.contacts.unsafe_force), tick
        )
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


def _faults(trips: tuple[Trip, ...], interrupted: bool, bad_state: str) -> list[str]:
    """Return the fault classes present, stops first."""
    found = ["interrupt"] * interrupted + ["simulation"] * bool(bad_state)
    found += [t.fault for t in sorted(trips, key=lambda t: t.response != "stop")]
    return [name for name in dict.fromkeys(found) if name in FAULT_NAMES]


def _signals(
    measured: Measurement,
    earlier: Measurement,
    safe: SafeCommand,
    playback: Playback,
    reference: Reference,
    contract: Contract,
) -> dict[str, float]:
    """Return every signal a guard may name; `earlier` is the measurement one tick before."""
    T_manip = measured.T_table_objects[contract.manipulated]
    expected = reference.T_table_manip[playback.sample]
    return {
        "phase_remaining": playback.remaining_s,
        "scene_ready": 1.0,
        "start_error": float(np.max(np.abs(measured.qpos - reference.qpos[0]))),
        "tracking_error": float(np.max(np.abs(measured.qpos - safe.q))),
        "hand_force": measured.contacts.hand_object_force,
        "object_height": measured.manip_lowest_z,
        "object_error": float(np.linalg.norm(T_manip[:3, 3] - expected[:3, 3])),
        "object_age": 0.0,
        "fault_active": float(bool(safe.trips)),
        "joint_speed": float(np.max(np.abs(measured.qpos - earlier.qpos))) * contract.control_rate_hz,
    }


class _Recorder:
    """Collects one row per tick."""

    def __init__(self, machine: Machine, contract: Contract, reference: Reference) -> None:
        self._names = [s.name for s in machine.states]
        self._contract, self._reference = contract, reference
        self._rows: list[tuple[Measurement, SafeCommand, int, int]] = []

    def add(self, measured: Measurement, safe: SafeCommand, sample: int, state: str) -> None:
        self._rows.append((measured, safe, sample, self._names.index(state)))

    def as_log(self, bad_state: str, final_state: str, command_end: int) -> RunLog:
        measured = [row[0] for row in self._rows]
        safe = [row[1] for row in self._rows]
        touching = np.flatnonzero([m.contacts.touches for m in measured])
        close = PHASES.index("close")
        samples = np.array([row[2] for row in self._rows])
        closing = np.flatnonzero(self._reference.phase[samples] >= close)
        nowhere = np.full((4, 4), np.nan)
        manip, target = self._contract.manipulated, self._contract.target
        worst = max((s.response for s in safe), key=("pass", "hold", "stop").index)
        return RunLog(
            time_s=np.array([m.time_s for m in measured]),
            q_command=np.array([s.q for s in safe]),
            q_measured=np.array([m.qpos for m in measured]),
            sample=samples,
            state=np.array([row[3] for row in self._rows]),
            T_table_manip=np.array([m.T_table_objects[manip] for m in measured]),
            T_table_target=np.array([m.T_table_objects[target] if target else nowhere for m in measured]),
            manip_lowest_z=np.array([m.manip_lowest_z for m in measured]),
            hand_object_force=np.array([m.contacts.hand_object_force for m in measured]),
            unsafe_force=np.array([m.contacts.unsafe_force for m in measured]),
            scene_force=np.array([m.contacts.scene_force for m in measured]),
            penetration=np.array([m.contacts.penetration for m in measured]),
            first_contact_tick=int(touching[0]) if len(touching) else -1,
            close_tick=int(closing[0]) if len(closing) else len(self._rows) - 1,
            response=worst,
            final_state=final_state,
            bad_state=bad_state,
            joint_groups=self._contract.joint_groups,
            command_end_tick=command_end,
        )
