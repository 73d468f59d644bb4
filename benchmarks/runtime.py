"""What a tick of the runtime costs: core, safety filter, whole runs against real time, and how late its ticks come.

    python -m benchmarks.runtime BUILD [--repeats 5] [--minutes 0.5] [--json FILE]

The build's own contract, machine and reference, followed by a robot without physics that does exactly what it is told;
with physics, one rollout of the protocol `replay`. The filter is measured with the build's body, and with as many
capsules as a body may have. The machine is run beside the same machine in three libraries, on the same recorded inputs,
and each must decide the same. Times are the processor's, so that other work on the machine counts little; its load is
printed, and the quantiles of the wall's time beside them.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from skillc.benchmarks.machine_peers import PEERS, Seen
from skillc.benchmarks.provenance import print_provenance, provenance
from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.evaluate.evaluate import built_scene, roll_out
from skillc.runtime.evaluate.protocol import trials
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.formats.machine import SIGNALS
from skillc.runtime.machine.clocks import MonotonicClock
from skillc.runtime.machine.core import Core, CoreState, Inputs
from skillc.runtime.machine.execute import execute, feedback_of
from skillc.runtime.machine.interpreter import Demand, Event, Interpreter, Walk
from skillc.runtime.machine.log_file import LogFile
from skillc.runtime.robot.capsules import MOST
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


def record(skill: Skill, core: Core, robot: ExactRobot) -> Ticks:
    """Run the skill once and keep every tick."""
    measured = robot.measure()
    state, _ = core.start(measured)
    safety, safe = SafetyFilter(skill.contract, measured.qpos), SafeCommand.at_rest(measured.qpos)
    found = Ticks(states=[], inputs=[], times=[], commands=[])
    while not core.finished(state):
        inputs, t = Inputs(measured=measured, safe=safe), robot.time_s
        decision = core.step(state, inputs, t)
        safe = safety.step(decision.command, 0.0, feedback_of(measured), state.tick)
        found.states.append(state)
        found.inputs.append(inputs)
        found.times.append(t)
        found.commands.append(decision.command)
        state = decision.state
        robot.send(safe.q)
        measured = robot.advance()
    return found


def core_times(skill: Skill, ticks: Ticks) -> dict[str, float]:
    """Return what a tick of the core costs, us: all ticks again."""
    core, spent = Core(skill.machine, skill.contract, skill.reference), []
    for state, inputs, t in zip(ticks.states, ticks.inputs, ticks.times):
        begun = _now()
        core.step(state, inputs, t)
        spent.append(_now() - begun)
    return _times(spent)


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


def with_capsules(model: CollisionModel, count: int) -> CollisionModel:
    """Return a body with `count` capsules: its longest halved, again and again, each half watched as the whole was."""
    capsules, pairs, halts = list(model.capsules), model.pairs, model.pair_halt_m
    moving, table, boxes = model.table_capsules, model.table_halt_m, model.box_halt_m
    while len(capsules) < count:
        lengths = [np.linalg.norm(np.subtract(c.end, c.start)) for c in capsules]
        old, new = int(np.argmax(lengths)), len(capsules)
        whole = capsules[old]
        middle = tuple((np.add(whole.start, whole.end) / 2).tolist())
        capsules[old] = replace(whole, end=middle)
        capsules.append(replace(whole, start=middle))
        mine = (pairs == old).any(axis=1)
        pairs = np.concatenate([pairs, np.where(pairs[mine] == old, new, pairs[mine])])
        halts = np.concatenate([halts, halts[mine]])
        turns = moving == old
        moving = np.concatenate([moving, np.full(turns.sum(), new)])
        table, boxes = np.concatenate([table, table[turns]]), np.concatenate([boxes, boxes[:, turns]], axis=1)
    return replace(
        model, capsules=tuple(capsules), pairs=pairs, pair_halt_m=halts, table_capsules=moving, table_halt_m=table,
        box_halt_m=boxes,
    )  # fmt: skip


def filter_times(skill: Skill, ticks: Ticks, capsules: int) -> dict[str, float]:
    """Return what a tick of the filter costs, us, with so many capsules around the robot."""
    contract = replace(skill.contract, body=with_capsules(skill.contract.body, capsules))
    safety, spent = SafetyFilter(contract, ticks.inputs[0].safe.q), []
    for tick, (command, inputs) in enumerate(zip(ticks.commands, ticks.inputs)):
        begun = _now()
        safety.step(command, 0.0, feedback_of(inputs.measured), tick)
        spent.append(_now() - begun)
    return _times(spent)


class _Listening(Interpreter):
    """Keeps what the machine was told, and where it went."""

    def __init__(self, machine: Any, dt: float) -> None:
        super().__init__(machine, dt)
        self.told: list[Seen] = []
        self.went: list[str] = []

    def advance(
        self, walk: Walk, signals: Mapping[str, float], faults: Mapping[str, Demand], tick: int
    ) -> tuple[Walk, Event | None]:
        after, event = super().advance(walk, signals, faults, tick)
        self.told.append(Seen(signals={name: signals[name] for name in SIGNALS}, faults=dict(faults)))
        self.went.append(after.state)
        return after, event


class _HeldBack(ExactRobot):
    """Lags behind for a while in the middle of the motion, so that the run is held and goes on."""

    def measure(self) -> Measurement:
        found = super().measure()
        middle = len(self._skill.reference.qpos) // 2
        return replace(found, age_s=0.04) if middle <= self._tick < middle + 4 else found


def machine_times(skill: Skill) -> dict[str, Any]:
    """Return the processor time of a tick of the machine, us, here and in each library.

    Raises:
        AssertionError: a library went elsewhere on the same inputs.
    """
    core, dt = Core(skill.machine, skill.contract, skill.reference), 1.0 / skill.contract.control_rate_hz
    core._interpreter = listening = _Listening(skill.machine, dt)
    record(skill, core, _HeldBack(skill))
    plain = Interpreter(skill.machine, dt)
    walk, _ = plain.start()
    found: dict[str, Any] = {"states": list(dict.fromkeys(listening.went)), "ticks": len(listening.went)}
    begun = time.process_time()
    for tick, seen in enumerate(listening.told):
        walk, _ = plain.advance(walk, seen.signals, seen.faults, tick)  # type: ignore[arg-type]
    found["skillc"] = (time.process_time() - begun) / len(listening.told) * 1e6
    for name, make in PEERS.items():
        peer = make(skill.machine, dt)
        begun = time.process_time()
        went = [peer(seen) for seen in listening.told]
        found[name] = (time.process_time() - begun) / len(went) * 1e6
        assert went == listening.went, f"{name} decides otherwise"
    return found


def physics_speed(skill: Skill) -> float:
    """Return simulated seconds a processor second of one rollout with physics."""
    scene = built_scene(skill)
    (trial,) = trials("replay", scene.twin, skill.environment, skill.profile, 1, 0)
    begun = time.process_time()
    run = roll_out(skill, scene, trial)
    return float(run.log.time_s[-1]) / (time.process_time() - begun)


class _Watched(MonotonicClock):
    """Notes how late each tick begins."""

    def __init__(self) -> None:
        self.late_s: list[float] = []

    def wait(self, until: float) -> None:
        super().wait(until)
        self.late_s.append(self.now() - until)


def lateness(skill: Skill, minutes: float) -> dict[str, float]:
    """Return by how much ticks of the real loop begin late, ms."""
    clock, end = _Watched(), time.monotonic() + 60.0 * minutes
    while time.monotonic() < end:
        execute(
            machine=skill.machine, contract=skill.contract, reference=skill.reference, robot=ExactRobot(skill),
            clock=clock, interrupted=lambda: time.monotonic() > end,
        )  # fmt: skip
    shares = {"p50": 50, "p99": 99, "p99.9": 99.9, "most": 100}
    late = {name: float(np.percentile(np.multiply(clock.late_s, 1e3), q)) for name, q in shares.items()}
    return {"minutes": minutes, "ticks": len(clock.late_s), **late}


def _now() -> FloatArray:
    """Return the clocks (2,) of the thread's processor and of the wall, s."""
    return np.array([time.thread_time(), time.perf_counter()])


def _times(spent_s: list[FloatArray]) -> dict[str, float]:
    """Return mean, median and 99th percentile of the processor's time, and these two of the wall's, us."""
    processor, wall = np.array(spent_s).T * 1e6
    found = {"mean": np.mean(processor), "p50": np.percentile(processor, 50), "p99": np.percentile(processor, 99)}
    found |= {"wall_p50": np.percentile(wall, 50), "wall_p99": np.percentile(wall, 99)}
    return {name: float(value) for name, value in found.items()}


def measure(skill: Skill, repeats: int, minutes: float) -> dict[str, Any]:
    """Return every figure; `repeats` whole runs are timed against real time, the loop is watched for `minutes`."""
    robot = ExactRobot(skill)
    ticks = record(skill, Core(skill.machine, skill.contract, skill.reference), robot)
    own = len(skill.contract.body.capsules)
    return {
        "skill": skill.name,
        "joints": len(skill.contract.joints),
        "ticks": len(ticks.states),
        "load": os.getloadavg()[0],
        "core_us": core_times(skill, ticks),
        **{f"filter_us_{count}_capsules": filter_times(skill, ticks, count) for count in (own, MOST)},
        "machine_us": machine_times(skill),
        "times_real_time": speed(skill, repeats, logged=False),
        "times_real_time_logged": speed(skill, repeats, logged=True),
        "times_real_time_physics": physics_speed(skill),
        "late_ms": lateness(skill, minutes),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=0.5, help="for which the loop is watched")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    print_provenance()
    found = measure(Skill.load(arguments.build, locked=False), arguments.repeats, arguments.minutes)
    for name, value in found.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        told = ", ".join(f"{k} {v:.1f}" if isinstance(v, float) else f"{k} {v}" for k, v in parts)
        print(f"{name:24} {told.strip()}")
    if arguments.json:
        arguments.json.write_text(json.dumps({**provenance(), **found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
