"""What happened in a logged run, as text: its states, every kind of fault, and how near the limits it came."""

from collections.abc import Iterator

import numpy as np

from skillc.runtime.formats.machine_proof import longest_s
from skillc.runtime.machine.execute import feedback_of
from skillc.runtime.machine.log_reader import LoggedRun
from skillc.runtime.safety.trip import Trip


def run_report(run: LoggedRun) -> str:
    """Return the report of a run; lines end with a newline."""
    return "\n".join((*_head(run), "", *_states(run), "", *_faults(run), "", *_margins(run))) + "\n"


def _head(run: LoggedRun) -> Iterator[str]:
    longest = longest_s(run.machine)
    rate, ticks = run.contract.control_rate_hz, len(run.rows)
    yield f"{run.contract.skill} on {run.contract.robot}: {ticks} ticks, {ticks / rate:.1f} s at {rate:g} Hz"
    yield f"the machine ends every run within {longest:.0f} s"
    if run.ending is None:
        yield f"the log breaks off before the run ended{f' ({run.cut})' if run.cut else ''}"
        return
    invalid = f"; invalid: {run.ending.bad_state}" if run.ending.bad_state else ""
    yield f"ended in {run.ending.final_state}{invalid}"
    if run.ending.lost_ticks:
        yield f"incomplete: the log lost {run.ending.lost_ticks} ticks"
    if run.ending.skipped_ticks:
        yield f"the loop was late by {run.ending.skipped_ticks} ticks in all, which were left out"


def _states(run: LoggedRun) -> Iterator[str]:
    yield f"{'from tick':>10} {'seconds':>8}  state, and why it was entered"
    events = [event for row in run.rows for event in row.events]
    entered = [(0, run.machine.initial, "start"), *((e.tick, e.target, e.reason) for e in events)]
    ends = [tick for tick, _, _ in entered[1:]] + [len(run.rows)]
    for (tick, name, reason), end in zip(entered, ends):
        yield f"{tick:>10} {(end - tick) / run.contract.control_rate_hz:>8.2f}  {name}: {reason}"


def _faults(run: LoggedRun) -> Iterator[str]:
    kinds: dict[tuple[str, str], list[Trip]] = {}
    for row in run.rows:
        for trip in (*row.trips, *row.sent.trips):
            kinds.setdefault((trip.code, trip.fault), []).append(trip)
    if not kinds:
        yield "no faults"
        return
    yield f"{'from tick':>10} {'ticks':>8}  fault"
    for (code, fault), trips in kinds.items():
        worst = "stop" if any(trip.response == "stop" for trip in trips) else "hold"
        yield f"{trips[0].tick:>10} {len(trips):>8}  {code} {fault} ({worst}): {trips[0].message}"


def _margins(run: LoggedRun) -> Iterator[str]:
    bounds, n = run.contract.safety, len(run.contract.joints)
    body = [group not in run.contract.hand_groups for group in run.contract.joint_groups]
    # What is measured at a tick answers the command of the tick before.
    sound = [
        (row.measured.qpos - before.sent.q)[body]
        for before, row in zip(run.rows, run.rows[1:])
        if row.measured.qpos.shape == (n,)
    ]
    tracking = float(np.nanmax(np.abs(sound), initial=0.0)) if sound and any(body) else 0.0
    force = max((feedback_of(row.measured).contact_force_n for row in run.rows), default=0.0)
    oldest = max((row.measured.age_s for row in run.rows), default=0.0)
    yield f"largest tracking error {tracking:.4f} rad of {bounds.tracking_error_rad:.4f} allowed"
    yield f"largest force on what must not be pressed {force:.1f} N of {bounds.contact_force_n:.1f} allowed"
    yield f"oldest feedback {oldest * 1e3:.1f} ms of {bounds.feedback_stop_s * 1e3:.0f} allowed"
    yield f"commands that the safety filter pulled back: {sum(row.sent.limited for row in run.rows)}"
