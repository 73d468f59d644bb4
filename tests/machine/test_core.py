"""One tick is a pure function, and whatever happens around it the run goes on safely or stops."""

import ast
import itertools
import time
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.contract import ActionTerm
from skillc.runtime.machine.core import Core, CoreState, Decision, Inputs
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.policies import InlinePolicy
from skillc.runtime.safety.filter import SafeCommand
from tests.machine.answers import gentle
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract
from tests.safety.four_joints import DT

REFERENCE = reference()
TERM = ActionTerm(joints=("j3", "j2"), start=0, kind="residual", scale_rad=0.01, origin="test:1:1")
CONTRACT = replace(skill_contract(), action=(TERM,))


class Clock:
    """Ticks when they are due, but for what `late` adds after a tick."""

    def __init__(self, late: dict[int, float]) -> None:
        self.t, self.waits, self._late = 100.0, 0, late

    def now(self) -> float:
        return self.t

    def wait(self, until: float) -> None:
        self.t = max(self.t, until) + self._late.get(self.waits, 0.0)
        self.waits += 1


def run_with(**more) -> tuple[Run, KinematicRobot]:  # type: ignore[no-untyped-def]
    robot = KinematicRobot(REFERENCE.qpos[0])
    return execute(machine=machine(), contract=CONTRACT, reference=REFERENCE, robot=robot, **more), robot


def states_of(run: Run) -> list[str]:
    return [event.target for event in run.events]


def test_the_core_touches_neither_clock_nor_files_nor_chance(project: Path) -> None:
    pure = ("core", "interpreter", "guard", "playback", "signals", "pacing", "device_watch", "policy_watch", "planned")
    for name in pure:
        tree = ast.parse((project / "runtime" / "machine" / f"{name}.py").read_text(encoding="utf-8"))
        loaded = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        loaded |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
        assert not {m for m in loaded if m.split(".")[0] in ("time", "random", "os", "pathlib", "datetime", "socket")}
        words = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        words |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        assert not words & {"random", "open", "print", "input"}, name


def steps() -> list[tuple[CoreState, Inputs, float, Decision]]:
    """Return a run's ticks, without a filter: what is wanted is what is sent."""
    core, robot = Core(machine(), CONTRACT, REFERENCE), KinematicRobot(REFERENCE.qpos[0])
    measured = robot.measure()
    state, _ = core.start(measured)
    safe, found = SafeCommand.at_rest(measured.qpos), []
    for _ in range(80):
        inputs = Inputs(measured=measured, safe=safe, interrupted=robot.tick > 70)
        found.append((state, inputs, robot.time_s, core.step(state, inputs, robot.time_s)))
        state, command = found[-1][3].state, found[-1][3].command
        safe = replace(safe, q=safe.q if command is None else command)
        robot.send(safe.q)
        measured = robot.advance()
    return found


def test_the_same_state_and_inputs_decide_the_same_whatever_was_asked_in_between() -> None:
    core, ticks = Core(machine(), CONTRACT, REFERENCE), steps()
    for state, inputs, t, first in [*ticks[::-1], *ticks[::7]]:
        again = core.step(state, inputs, t)
        assert repr(again) == repr(first)
        with pytest.raises(FrozenInstanceError):
            again.state.tick = 0  # type: ignore[misc]
    assert {e.target for *_, d in ticks for e in d.events} == {"approach", "contact", "stop"}


def test_a_policy_corrects_the_reference_by_what_its_contract_says_and_the_rest_stays() -> None:
    plain, (run, robot) = run_with()[1], run_with(policy=InlinePolicy(gentle()))
    assert run.log.final_state == "done" and not run.trips
    moved = np.array(robot.sent)[-241:] - np.array(plain.sent)[-241:]
    assert np.all(moved[:, :2] == 0) and 1e-4 < np.max(np.abs(moved[:, 2:])) <= 0.01 + 1e-9


def test_a_correction_does_not_leave_the_joint_s_range() -> None:
    narrow = tuple(replace(j, upper=0.401) if j.name == "j3" else j for j in CONTRACT.joints)
    core, robot = Core(machine(), replace(CONTRACT, joints=narrow), REFERENCE, policy=True), KinematicRobot(np.zeros(4))
    measured = robot.measure()
    state, _ = core.start(measured)
    safe, policy, wanted = SafeCommand.at_rest(measured.qpos), InlinePolicy(lambda q: np.array([1.0, q.time_s])), []
    for _ in range(300):
        answer = policy.newest(robot.time_s)
        decision = core.step(state, Inputs(measured=measured, safe=safe, policy=answer), robot.time_s)
        if decision.question is not None:
            policy.ask(decision.question)
        state, command = decision.state, decision.command
        safe = replace(safe, q=safe.q if command is None else command)
        wanted.append(safe.q[3])
        robot.send(safe.q)
        measured = robot.advance()
    assert max(wanted) == 0.401


def test_a_policy_that_has_not_answered_is_waited_for() -> None:
    class Slow(InlinePolicy):
        def newest(self, t: float):  # type: ignore[no-untyped-def]
            return replace(super().newest(t), **({"number": 0, "action": None} if t < 0.5 else {}))

    run, robot = run_with(policy=Slow(gentle()))
    moving = np.flatnonzero(np.any(np.diff(robot.sent, axis=0) != 0, axis=1))
    assert run.log.final_state == "done" and moving[0] * DT > 0.45


def test_what_a_step_raises_holds_and_goes_on_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, count = Core._decide, itertools.count()

    def broken(self: Core, state: CoreState, inputs: Inputs, t: float) -> Decision:
        if next(count) in (100, 101):
            raise ZeroDivisionError("boom")
        return plain(self, state, inputs, t)

    monkeypatch.setattr(Core, "_decide", broken)
    run, _ = run_with()
    assert "hold" in states_of(run) and run.log.final_state == "done"
    assert {t.code for t in run.trips} == {"R37"} and "ZeroDivisionError: boom" in run.trips[0].message
    assert set(run.log.sample) == set(range(241))


def test_a_step_that_raises_again_and_again_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Core, state: CoreState, inputs: Inputs, t: float) -> Decision:
        raise KeyError("gone")

    monkeypatch.setattr(Core, "_decide", broken)
    run, robot = run_with()
    assert run.log.final_state == "stop" and len(robot.sent) == 62 and np.all(np.diff(robot.sent, axis=0) == 0)
    assert run.trips[-1].response == "stop"


def test_a_late_tick_is_skipped_and_three_in_a_second_hold() -> None:
    run, robot = run_with(clock=Clock({100: 0.05, 150: 0.05}))
    assert run.log.final_state == "done" and run.log.response == "pass" and run.skipped_ticks == 6
    assert len(robot.sent) == len(run_with()[1].sent), "what is skipped is time, not commands"
    clock = Clock({100: 0.05, 110: 0.05, 120: 0.05})
    run, _ = run_with(clock=clock)
    assert "hold" in states_of(run) and [t.code for t in run.trips] == ["R32"] and run.log.final_state == "done"


def test_a_process_that_was_frozen_stops_on_waking_and_sends_no_burst() -> None:
    clock = Clock({100: 1.0})
    run, robot = run_with(clock=clock)
    assert run.log.final_state == "stop" and run.trips[0].code == "R31"
    assert clock.t >= 100 + 1.0 + len(robot.sent) * DT - 0.1, "every command has its period"
    assert np.max(np.abs(np.diff(robot.sent, axis=0))) / DT <= 1.0001


def test_a_simulated_clock_that_stalls_stops() -> None:
    robot = KinematicRobot(REFERENCE.qpos[0])
    run = execute(
        machine=machine(), contract=CONTRACT, reference=REFERENCE, robot=robot,
        on_tick=lambda k, s, m: setattr(robot, "tick", min(robot.tick, 120)),
    )  # fmt: skip
    assert run.log.final_state == "stop" and run.trips[0].code == "R34"


def test_a_wall_clock_that_jumps_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = itertools.count(0, -86400)
    monkeypatch.setattr(time, "time", lambda: float(next(jumps)))
    monkeypatch.setattr(time, "time_ns", lambda: next(jumps) * 10**9)
    run, robot = run_with()
    monkeypatch.undo()
    assert not run.trips
    np.testing.assert_array_equal(robot.sent, run_with()[1].sent)


def test_a_policy_corrects_only_the_states_that_say_so() -> None:
    states = tuple(replace(s, controller="reference") if s.name == "approach" else s for s in machine().states)
    robot = KinematicRobot(REFERENCE.qpos[0])
    execute(
        machine=replace(machine(), states=states), contract=CONTRACT, reference=REFERENCE, robot=robot,
        policy=InlinePolicy(gentle()),
    )  # fmt: skip
    sent = np.array(robot.sent)
    first = int(np.argmax(np.any(np.diff(sent, axis=0) != 0, axis=1)))
    np.testing.assert_array_equal(sent[first : first + 60], REFERENCE.qpos[:60])
    assert np.max(np.abs(sent[first + 90] - REFERENCE.qpos[90])) > 1e-4
