"""Policy steps a second of the batched environment, beside plain `mujoco.rollout` of the same models and commands.

    python -m skillc.benchmarks.throughput BUILD... [--number 16,64,256] [--threads 1,2] [--steps 40]

A policy step is everything that training asks of the environment: commands through limits and servos, the physics,
observations with noise, rewards, terminations and restarts. Plain is the physics alone: the same models without
sensors, states and servo targets, recorded while the environment stepped, rolled out again in one call a step. Figures
are per second of processor time, which other work on the machine hardly changes; the last column is by the clock.
Actions are random, of a tenth of the largest correction; the steps are those from where the hand closes.
"""

import argparse
import copy
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
from mujoco.rollout import Rollout

from skillc.benchmarks.provenance import print_provenance
from skillc.runtime.env.calls import DataTerms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.physics import Physics
from skillc.runtime.env.vector import Restarts, VectorEnvironment
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.reference import PHASES

NOISE = 0.1
"""As the preset's initial noise."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What the physics was asked in one policy step."""

    state: FloatArray
    warm: FloatArray
    ctrl: FloatArray


@dataclass(frozen=True, kw_only=True)
class Took:
    """Medians over policy steps."""

    processor_s: float
    clock_s: float


def timed(calls: Iterable[Callable[[], object]]) -> Took:
    """Call each once."""
    found = []
    for call in calls:
        clock, processor = time.perf_counter(), time.process_time()
        call()
        found.append((time.process_time() - processor, time.perf_counter() - clock))
    return Took(processor_s=float(np.median([p for p, _ in found])), clock_s=float(np.median([c for _, c in found])))


def measured(build: Path, number: int, threads: int, steps: int) -> tuple[Took, Took]:
    """Return what a step of the environment took, and one of plain rollouts."""
    definition = Definition.load(build)
    terms = DataTerms(definition.environment, definition.contract)
    environment = VectorEnvironment(
        definition, terms, number=number, seed=0, threads=threads, restarts=Restarts(new_scene=0.1, along=0.9)
    )
    environment.reset()
    rng, shape = np.random.default_rng(0), (number, definition.contract.action_size)
    for _ in range(_until_contact(definition)):
        environment.step(np.zeros(shape))
    record = _Recorder(environment)
    actions = [NOISE * rng.normal(size=shape) for _ in range(steps)]
    own = timed(partial(environment.step, action) for action in actions)
    plain = _plain(environment, record.asked, threads)
    environment.close()
    return own, plain


def _until_contact(definition: Definition) -> int:
    closing = int(np.searchsorted(definition.reference.phase, PHASES.index("close")))
    return closing // definition.ticks_per_action


class _Recorder:
    """Keeps what the physics of an environment is asked, and how long it takes."""

    def __init__(self, environment: VectorEnvironment) -> None:
        self.asked: list[Recorded] = []
        self._physics: Physics = environment.physics
        self._advance = self._physics.advance
        self._physics.advance = self._advanced  # type: ignore[method-assign]

    def _advanced(self, state: FloatArray, warm: FloatArray, ctrl: FloatArray) -> tuple[FloatArray, FloatArray]:
        self.asked.append(Recorded(state=state.copy(), warm=warm.copy(), ctrl=ctrl.copy()))
        return self._advance(state, warm, ctrl)


def _plain(environment: VectorEnvironment, asked: list[Recorded], threads: int) -> Took:
    """Return what each step's physics alone takes, on models without sensors."""
    models = [_without_sensors(model) for model in environment.physics.models]
    data = [mujoco.MjData(models[0]) for _ in range(threads)]
    with Rollout(nthread=threads if threads > 1 else 0) as pool:
        return timed(
            partial(pool.rollout, models, data, one.state, one.ctrl, initial_warmstart=one.warm) for one in asked
        )


def _without_sensors(model: mujoco.MjModel) -> mujoco.MjModel:
    plain = copy.copy(model)
    plain.opt.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_SENSOR)
    return plain


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="+", type=Path)
    parser.add_argument("--number", default="16,64,256")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--steps", type=int, default=40)
    asked: Any = parser.parse_args(arguments)
    print_provenance()
    print(f"MuJoCo {mujoco.__version__}, medians of {asked.steps} policy steps\n")
    print("| task | environments | threads | policy steps/s | plain rollout | share of plain | by the clock |")
    print("|---|---|---|---|---|---|---|")
    for build in asked.builds:
        for number in map(int, asked.number.split(",")):
            for threads in map(int, asked.threads.split(",")):
                own, plain = measured(build, number, threads, asked.steps)
                rates = f"{number / own.processor_s:.0f} | {number / plain.processor_s:.0f}"
                shares = f"{plain.processor_s / own.processor_s:.0%} | {plain.clock_s / own.clock_s:.0%}"
                print(f"| {build.name} | {number} | {threads} | {rates} | {shares} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
