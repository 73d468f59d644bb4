"""Run a compiled skill: the core decides, the safety filter checks, the robot moves, logs remember."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.machine.clocks import RobotTime
from skillc.runtime.machine.core import Core, Decision, Inputs
from skillc.runtime.machine.interpreter import Event
from skillc.runtime.machine.planned import SceneMotion
from skillc.runtime.machine.ports import Clock, Log, Planner, Policy, Robot
from skillc.runtime.machine.recorder import SETTLE_S, as_run_log
from skillc.runtime.machine.row import Ending, Row
from skillc.runtime.safety.filter import Feedback, SafeCommand, SafetyFilter
from skillc.runtime.safety.trip import Trip


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run."""

    log: RunLog
    events: tuple[Event, ...]
    trips: tuple[Trip, ...]
    limited_ticks: int
    """Commands that the safety filter had to pull back inside the limits."""
    skipped_ticks: int
    """Ticks that were left out because the loop was late (FAULTS R32)."""


def execute(
    *,
    machine: Machine,
    contract: Contract,
    reference: Reference,
    robot: Robot,
    clock: Clock | None = None,
    policy: Policy | None = None,
    planner: Planner | None = None,
    log: Log | None = None,
    on_tick: Callable[[int, str, Measurement], None] = lambda tick, state, measured: None,
    interrupted: Callable[[], bool] = lambda: False,
    paused: Callable[[], bool] = lambda: False,
) -> Run:
    """Execute the machine until a final state, then hold for one second.

    Args:
        machine: states and guards.
        contract: joint order, rates, limits.
        reference: the motion the machine's states command.
        robot: where it happens.
        clock: by which ticks are due; None for the robot's own.
        policy: what corrects the reference; None for nothing.
        planner: what lays the motion for the scene that is seen; None for the motion as it was built.
        log: keeps every tick besides the record that is returned.
        on_tick: called after each tick with tick number, state name and measurement.
        interrupted: asked once a tick; True raises the fault class `interrupt`.
        paused: asked once a tick; while True the robot comes to rest and waits, and no time of the machine passes.
    """
    core = Core(machine, contract, reference, policy=policy is not None)
    clock = clock or RobotTime(robot)
    measured = robot.measure()
    safety = SafetyFilter(contract, measured.qpos)
    safe = SafeCommand.at_rest(measured.qpos)
    rows: list[Row] = []
    state, entered = core.start(measured)
    settle = round(SETTLE_S / core.dt)
    while settle > 0:
        t = clock.now()
        inputs = Inputs(
            measured=measured,
            safe=safe,
            policy=None if policy is None else policy.newest(t),
            planner=None if planner is None else planner.newest(),
            interrupted=interrupted(),
            paused=paused(),
            bad_state=robot.bad_state,
        )
        decision = core.step(state, inputs, t)
        tick, state = state.tick, decision.state
        if decision.fitted is not None:
            safety = filter_for(decision.fitted, contract, safe)
        safe = safety.step(decision.command, measured.command_age_s, feedback_of(measured), tick)
        robot.send(safe.q)
        _ask(decision, policy, planner)
        rows.append(_row(tick, t, inputs, decision, safe))
        if log is not None:
            log.add(rows[-1])
        clock.wait(state.pace.due)
        measured = robot.advance()
        on_tick(tick, state.walk.state, measured)
        settle -= core.finished(state)
    final, skipped = state.walk.state, state.pace.skipped
    ending = Ending(measured=measured, final_state=final, bad_state=robot.bad_state, skipped_ticks=skipped)
    if log is not None:
        log.end(ending)
    return Run(
        log=as_run_log(rows, ending, machine, contract, state.motion.reference),
        events=(entered, *(event for row in rows for event in row.events)),
        trips=tuple(trip for row in rows for trip in (*row.trips, *row.sent.trips)),
        limited_ticks=sum(row.sent.limited for row in rows),
        skipped_ticks=skipped,
    )


def _ask(decision: Decision, policy: Policy | None, planner: Planner | None) -> None:
    if policy is not None and decision.question is not None:
        policy.ask(decision.question)
    if planner is not None and decision.look:
        planner.look(decision.look)


def _row(tick: int, t: float, inputs: Inputs, decision: Decision, safe: SafeCommand) -> Row:
    return Row(
        tick=tick,
        t=t,
        measured=inputs.measured,
        policy=inputs.policy,
        planner=inputs.planner,
        interrupted=inputs.interrupted,
        paused=inputs.paused,
        bad_state=inputs.bad_state,
        command=decision.command,
        sent=safe,
        state=decision.state.walk.state,
        sample=decision.state.place.sample,
        events=decision.events,
        trips=decision.trips,
    )


def filter_for(motion: SceneMotion, contract: Contract, safe: SafeCommand) -> SafetyFilter:
    """Return a safety filter for a new motion, of a robot that rests where it was told to."""
    return SafetyFilter(replace(contract, body=motion.body), safe.q)


def feedback_of(measured: Measurement) -> Feedback:
    """Return what the filter checks: every force of the robot on what it must not press counts."""
    force = max(measured.contacts.unsafe_force, measured.contacts.scene_force)
    return Feedback(qpos=measured.qpos, age_s=measured.age_s, contact_force_n=force)
