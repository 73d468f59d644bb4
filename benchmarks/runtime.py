"""What a tick of the runtime costs: the core, the safety filter, a whole run against real time, a log beside it.

    python -m benchmarks.runtime BUILD [--repeats 5] [--json FILE]

The build's own contract, machine and reference, followed by a robot without physics that does exactly what it is told.
`processor` is the mean time of the processor, so that other work on the machine counts little; its load is printed. The
quantiles are of the wall.
"""

import argparse
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.machine.core import Core, CoreState, Inputs
from skillc.runtime.machine.execute import execute, feedback_of
from skillc.runtime.machine.log_file import LogFile
from skillc.runtime.safety.filter import SafeCommand, SafetyFilter
from skillc.runtime.sim.contact_summary import ContactSummary

QUIET = ContactSummary(
    hand_object_force=0.0, unsafe_force=0.0, scene_force=0.0, squeeze_force=0.0, penetration=0.0, touches=False
)


class ExactRobot:
    """Stands where it was last told to; its objects are where the reference expects them."""

    bad_state = ""

    def __init__(self, skill: Skill) -> None:
        """Stand at the motion's start."""
        self._skill, self._dt, self._tick = skill, 1.0 / skill.contract.control_rate_hz, 0
        self._q: FloatArray = skill.reference.qpos[0]

    @property
    def time_s(self) -> float:
        """Ticks passed."""
        return self._tick * self._dt

    def send(self, q: FloatArray) -> None:
        """Be there."""
        self._q = q

    def advance(self) -> Measurement:
        """Let a tick pass."""
        self._tick += 1
        return self.measure()

    def measure(self) -> Measurement:
        """Return what is so."""
        sample = min(self._tick, len(self._skill.reference.qpos) - 1)
        T = self._skill.reference.T_table_manip[sample]
        return Measurement(
            time_s=self.time_s, qpos=self._q, T_table_objects=dict.fromkeys(self._skill.contract.objects, T),
            manip_lowest_z=0.0, contacts=QUIET, age_s=0.0, objects_age_s=0.0, command_age_s=0.0,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """What each tick of one run was decided on, and what that cost."""

    states: list[CoreState]
    inputs: list[Inputs]
    times: list[float]
    commands: list[FloatArray | None]
    wall_s: FloatArray
    """(T, 2) in the core and in the safety filter."""


def record(skill: Skill) -> Ticks:
    """Run the skill once and keep every tick."""
    core, robot = Core(skill.machine, skill.contract, skill.reference), ExactRobot(skill)
    measured = robot.measure()
    state, _ = core.start(measured)
    safety, safe = SafetyFilter(skill.contract, measured.qpos), SafeCommand.at_rest(measured.qpos)
    states, told, times, commands, spent = [], [], [], [], []
    while not core.finished(state):
        inputs, t = Inputs(measured=measured, safe=safe), robot.time_s
        begun = time.perf_counter()
        decision = core.step(state, inputs, t)
        decided = time.perf_counter()
        safe = safety.step(decision.command, 0.0, feedback_of(measured), state.tick)
        spent.append((decided - begun, time.perf_counter() - decided))
        states.append(state)
        told.append(inputs)
        times.append(t)
        commands.append(decision.command)
        state = decision.state
        robot.send(safe.q)
        measured = robot.advance()
    return Ticks(states=states, inputs=told, times=times, commands=commands, wall_s=np.array(spent))


def processor_times(skill: Skill, ticks: Ticks) -> tuple[float, float]:
    """Return the mean processor time of a tick in the core and in the filter, s: all ticks again, in one go."""
    core, safety = (
        Core(skill.machine, skill.contract, skill.reference),
        SafetyFilter(skill.contract, ticks.inputs[0].safe.q),
    )
    begun = time.process_time()
    for state, inputs, t in zip(ticks.states, ticks.inputs, ticks.times):
        core.step(state, inputs, t)
    decided = time.process_time()
    for tick, (command, inputs) in enumerate(zip(ticks.commands, ticks.inputs)):
        safety.step(command, 0.0, feedback_of(inputs.measured), tick)
    n = len(ticks.states)
    return (decided - begun) / n, (time.process_time() - decided) / n


def speed(skill: Skill, repeats: int, *, logged: bool) -> float:
    """Return simulated seconds a processor second of whole runs, the log's thread included."""
    simulated, begun = 0.0, time.process_time()
    machine, contract, reference = skill.machine, skill.contract, skill.reference
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as place:
            log = LogFile(Path(place), machine, contract, reference) if logged else None
            robot = ExactRobot(skill)
            run = execute(machine=machine, contract=contract, reference=reference, robot=robot, log=log)
            if log is not None:
                log.__exit__()
        simulated += float(run.log.time_s[-1])
    return simulated / (time.process_time() - begun)


def measure(skill: Skill, repeats: int) -> dict[str, Any]:
    """Return every figure; `repeats` whole runs are timed against real time."""
    ticks = record(skill)
    core, safety = processor_times(skill, ticks)
    wall = {name: np.percentile(ticks.wall_s * 1e6, q, axis=0) for name, q in (("p50", 50), ("p99", 99))}
    return {
        "skill": skill.name,
        "joints": len(skill.contract.joints),
        "ticks": len(ticks.states),
        "load": os.getloadavg()[0],
        "core_us": {"processor": core * 1e6, **{name: float(both[0]) for name, both in wall.items()}},
        "filter_us": {"processor": safety * 1e6, **{name: float(both[1]) for name, both in wall.items()}},
        "times_real_time": speed(skill, repeats, logged=False),
        "times_real_time_logged": speed(skill, repeats, logged=True),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    print_provenance()
    found = measure(Skill.load(arguments.build, locked=False), arguments.repeats)
    for name, value in found.items():
        told = ", ".join(f"{k} {v:.1f}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"{name:24} {told if not isinstance(told, float) else f'{told:.1f}'}")
    if arguments.json:
        arguments.json.write_text(json.dumps({**provenance(), **found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
