"""Decide a logged run again and compare: every command must come out bit for bit as it was sent."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.machine.core import Core, Inputs
from skillc.runtime.machine.execute import feedback_of, filter_for
from skillc.runtime.machine.log_reader import LoggedRun
from skillc.runtime.machine.row import Row
from skillc.runtime.safety.filter import SafeCommand, SafetyFilter


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Where a replay left its log."""

    tick: int
    what: str
    """E.g. "sent, joint thumb_mcp: 0.5 rad logged, 0.6 rad replayed"."""


def replay(run: LoggedRun) -> Departure | None:
    """Return the first difference between a logged run and what the same inputs decide now; None if there is none."""
    return next(_differences(run), None)


def _differences(run: LoggedRun) -> Iterator[Departure]:
    if not run.rows:
        return
    core = Core(run.machine, run.contract, run.reference, policy=run.policy)
    start = run.rows[0].measured
    state, _ = core.start(start)
    safety, safe = SafetyFilter(run.contract, start.qpos), SafeCommand.at_rest(start.qpos)
    for row in run.rows:
        if row.tick != state.tick:
            yield Departure(tick=state.tick, what=f"the log has lost the ticks {state.tick} to {row.tick - 1}")
            return
        inputs = Inputs(
            measured=row.measured,
            safe=safe,
            policy=row.policy,
            planner=row.planner,
            interrupted=row.interrupted,
            paused=row.paused,
            bad_state=row.bad_state,
        )
        decision = core.step(state, inputs, row.t)
        measured = row.measured
        if decision.fitted is not None:
            safety = filter_for(decision.fitted, run.contract, safe)
        safe = safety.step(decision.command, measured.command_age_s, feedback_of(measured), row.tick)
        state = decision.state
        found = _different(row, decision.command, safe, state.walk.state, run.contract.joint_names)
        if found:
            yield Departure(tick=row.tick, what=found)


def _different(row: Row, command: FloatArray | None, safe: SafeCommand, state: str, names: tuple[str, ...]) -> str:
    for what, logged, now in (("wanted", row.command, command), ("sent", row.sent.q, safe.q)):
        if logged is None or now is None:
            if logged is not now:
                return f"{what}: {'nothing' if logged is None else 'a command'} logged, not so replayed"
            continue
        differing = np.flatnonzero(logged.view(np.int64) != now.view(np.int64)) if len(logged) == len(now) else [0]
        for joint in differing[:1]:
            return f"{what}, joint {names[joint]}: {logged[joint]!r} rad logged, {now[joint]!r} rad replayed"
    if state != row.state:
        return f"state: {row.state} logged, {state} replayed"
    if safe.response != row.sent.response:
        return f"safety filter: {row.sent.response} logged, {safe.response} replayed"
    return ""
