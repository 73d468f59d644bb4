"""Who watches a run is told its state, what time is left, and how near the limits are; keys pause, step and stop it."""

import io
import os
import pty
import tty
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.cli.operator import Operator
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.log_file import LogFile
from skillc.runtime.machine.log_reader import read_log
from skillc.runtime.machine.replay import replay
from skillc.runtime.machine.row import Ending, Row
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract

CONTRACT, REFERENCE, MACHINE = skill_contract(), reference(), machine()


class Rows:
    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def end(self, ending: Ending) -> None: ...


class Person:
    """Presses keys at ticks, through a terminal of its own."""

    def __init__(self, presses: dict[int, str], log: object = None) -> None:
        self.master, slave = pty.openpty()
        tty.setcbreak(slave)
        self.log, self.screen, self.presses = log or Rows(), io.StringIO(), presses
        self.operator = Operator(self.log, MACHINE, CONTRACT, keys=slave, screen=self.screen, idle_s=0.0)  # type: ignore[arg-type]
        self.robot, self.tick = KinematicRobot(REFERENCE.qpos[0]), 0

    def paused(self) -> bool:
        if self.tick in self.presses:
            os.write(self.master, self.presses[self.tick].encode())
        self.tick += 1
        return self.operator.paused()

    def run(self) -> Run:
        return execute(
            machine=MACHINE, contract=CONTRACT, reference=REFERENCE, robot=self.robot, log=self.operator,
            paused=self.paused, interrupted=lambda: self.operator.aborted,
        )  # fmt: skip


def test_a_pause_comes_to_rest_and_goes_on_where_it_was_however_long_it_lasts(tmp_path: Path) -> None:
    with LogFile(tmp_path, MACHINE, CONTRACT, REFERENCE) as file:
        person = Person({90: "p", 1500: "p"}, file)
        run = person.run()
    assert run.log.final_state == "done" and not run.trips, "no time of the machine passed: 1400 ticks outlast a state"
    assert len(run.log.time_s) > 1500 and set(run.log.sample) == set(range(241))
    sent = np.array(person.robot.sent)
    assert np.all(np.diff(sent[200:1490], axis=0) == 0)
    limits = [[getattr(j, name) for j in CONTRACT.joints] for name in ("speed", "acceleration", "jerk")]
    still = np.vstack([sent[:1]] * 3 + [sent])
    assert all(np.max(np.abs(np.diff(still, n=k + 1, axis=0)) * 60 ** (k + 1) / limits[k]) <= 1.0001 for k in range(3))
    assert replay(read_log(tmp_path)) is None


def test_a_fault_is_answered_in_a_pause_too() -> None:
    person = Person({30: "p", 60: "a"})
    run = person.run()
    assert run.log.final_state == "stop" and run.events[-1].reason == "fault interrupt"


def test_a_step_goes_on_to_the_next_state_and_waits_there() -> None:
    person = Person({20: "p", 40: "s", 200: "s", 600: "p"})
    run = person.run()
    rows = person.log.rows  # type: ignore[attr-defined]
    assert [rows[150].state, rows[150].paused] == ["contact", True]
    assert [rows[500].state, rows[500].paused] == ["track", True]
    assert run.log.final_state == "done"


def test_it_is_told_what_the_robot_does_how_long_it_may_and_how_near_its_limits_it_is() -> None:
    person = Person({})
    person.run()
    told = person.screen.getvalue()
    for words in (
        "approach: ready",
        "s left",
        "lag 0.0",
        "of 0.044 rad",
        "force 0.0 of 20 N",
        "p pause, s step, a abort",
    ):
        assert words in told, words
    rows = person.log.rows  # type: ignore[attr-defined]
    fresh = Operator(Rows(), MACHINE, CONTRACT, keys=None, screen=io.StringIO(), idle_s=0.0)
    for row in rows[:60]:
        fresh.add(row)
    assert " 9.0 s left" in fresh.line(rows[59]), "10 s in the state, one of them over"


@pytest.mark.parametrize("key", ["x", "\n", "P", "\x1b"])
def test_other_keys_do_nothing(key: str) -> None:
    assert Person({30: key}).run().log.final_state == "done"


def test_a_terminal_that_is_gone_stops_nothing() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("gone")

    closed = os.open(os.devnull, os.O_RDONLY)
    operator = Operator(Rows(), MACHINE, CONTRACT, keys=closed, screen=Gone(), idle_s=0.0)
    run = execute(
        machine=MACHINE, contract=CONTRACT, reference=REFERENCE, robot=KinematicRobot(REFERENCE.qpos[0]), log=operator,
        paused=operator.paused,
    )  # fmt: skip
    assert run.log.final_state == "done"
