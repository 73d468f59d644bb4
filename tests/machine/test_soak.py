"""Seeds: random faults at random ticks of running skills. Each run ends in success or STOP, and the same seed again
gives the same log, byte for byte.

`SKILLC_SOAK=1000` runs more seeds than the fifty of every day; a seed that fails is the test's name.
"""

import hashlib
import json
import os
from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.reference import Reference
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.row import Ending, Row
from skillc.runtime.machine.row_codec import row_as_json
from tests.machine.injection import CONTRACT, INJECTIONS, MACHINE, REFERENCE, Hurt, Injection
from tests.machine.kinematic import reference
from tests.machine.test_fault_injection import largest_excess

pytestmark = pytest.mark.slow

SEEDS = int(os.environ.get("SKILLC_SOAK", "50"))
SKILLS = (
    REFERENCE,
    reference({"approach": 50, "pregrasp": 40, "close": 30, "track": 130, "release": 20, "retreat": 70}, turns=0.2),
    reference({"approach": 90, "close": 10, "track": 150, "retreat": 51}, way=(-1.3, 0.9, 0.0, -0.6)),
)
"""A grasp, one that puts down and turns back on its way, and a push that hardly closes the hand."""


class Digest:
    """A log that keeps a hash of its rows."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def add(self, row: Row) -> None:
        self.hash.update(json.dumps(row_as_json(row)).encode())

    def end(self, ending: Ending) -> None:
        self.hash.update(ending.final_state.encode())


def drawn(seed: int) -> tuple[Reference, Injection, int]:
    """Return a skill's motion, and a fault of random length at a random tick."""
    rng, motion = np.random.default_rng(seed), SKILLS[seed % len(SKILLS)]
    injection = INJECTIONS[int(rng.integers(len(INJECTIONS)))]
    return motion, replace(injection, ticks=int(rng.integers(1, 25))), int(rng.integers(1, len(motion.qpos) - 40))


def soak(seed: int) -> tuple[Run, list[np.ndarray], str]:
    motion, injection, at = drawn(seed)
    hurt, log = Hurt(injection, at, motion.qpos[0]), Digest()
    run = execute(
        machine=MACHINE, contract=CONTRACT, reference=motion, robot=hurt.robot, clock=hurt, policy=hurt, log=log,
        on_tick=hurt.watch, interrupted=hurt.interrupts,
    )  # fmt: skip
    return run, hurt.robot.sent, log.hash.hexdigest()


@pytest.mark.parametrize("seed", range(1, 1 + SEEDS))
def test_a_seed_ends_in_success_or_stop_inside_all_limits(seed: int) -> None:
    run, sent, digest = soak(seed)
    assert run.log.final_state in ("done", "stop") and largest_excess(sent) <= 1.001, drawn(seed)[1:]
    if run.log.final_state == "done":
        assert set(run.log.sample) == set(range(len(drawn(seed)[0].qpos)))
    if seed % 4 == 0:
        assert soak(seed)[2] == digest
        assert soak(seed + 1)[2] != digest
