"""The same machine in three libraries goes where the interpreter goes, on the same inputs."""

import numpy as np
import pytest

from skillc.benchmarks.machine_peers import PEERS, Seen
from skillc.runtime.machine.interpreter import Interpreter
from tests.machine.kinematic import machine
from tests.safety.four_joints import DT


def inputs(seed: int) -> list[Seen]:
    """Return a run in which phases end, calm comes and goes, and a fault holds now and then."""
    rng, told = np.random.default_rng(seed), []
    for tick in range(1, 700):
        faults = {"tracking_error": "hold"} if tick % 190 < 12 else {}
        if seed == 2 and tick == 500:
            faults = {"interrupt": "stop"}
        told.append(Seen(
            signals={
                "scene_ready": float(tick > 20), "start_error": 0.01, "phase_remaining": float(tick % 140 > 5),
                "fault_active": float(bool(faults)), "joint_speed": float(rng.choice([0.01, 0.2], p=[0.95, 0.05])),
            },
            faults=faults,
        ))  # fmt: skip
    return told


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", PEERS)
def test_the_library_decides_as_the_interpreter(name: str, seed: int) -> None:
    rules, peer = Interpreter(machine(), DT), PEERS[name](machine(), DT)
    walk, _ = rules.start()
    visited = set()
    for tick, seen in enumerate(inputs(seed)):
        walk, _ = rules.advance(walk, seen.signals, seen.faults, tick)  # type: ignore[arg-type]
        assert peer(seen) == walk.state, tick
        visited.add(walk.state)
    assert visited >= {"observe", "approach", "hold", "contact"} and len(visited) >= 6
