"""A run's rows as arrays, from which every metric is computed."""

from collections.abc import Sequence

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.machine.row import Ending, Row
from skillc.runtime.sim.contact_summary import PRESSINGS

SETTLE_S = 1.0
"""LANGUAGE: a rollout ends 1 s after the last command."""


def as_run_log(
    rows: Sequence[Row], ending: Ending, machine: Machine, contract: Contract, reference: Reference
) -> RunLog:
    """Return the arrays of a run of at least one tick; what a device measured malformed is NaN."""
    # A tick's command is judged by what is measured after it.
    measured = [*(row.measured for row in rows[1:]), ending.measured]
    touching = np.flatnonzero([m.contacts.touches for m in measured])
    samples = np.array([row.sample for row in rows])
    closing = np.flatnonzero(reference.phase[samples] >= PHASES.index("close"))
    names, n = [s.name for s in machine.states], len(contract.joints)
    responses = [r for row in rows for r in (row.sent.response, *(trip.response for trip in row.trips))]
    return RunLog(
        time_s=np.array([m.time_s for m in measured]),
        q_command=np.array([row.sent.q for row in rows]),
        q_measured=np.array([_shaped(m.qpos, (n,)) for m in measured]),
        sample=samples,
        phase=reference.phase[samples],
        state=np.array([names.index(row.state) for row in rows]),
        torque_mean=np.array([_shaped(m.torque and m.torque.mean, (n,)) for m in measured]),
        torque_peak=np.array([_shaped(m.torque and m.torque.peak, (n,)) for m in measured]),
        T_table_manip=_poses(measured, contract.manipulated),
        T_table_target=_poses(measured, contract.target),
        manip_lowest_z=np.array([m.manip_lowest_z for m in measured]),
        hand_object_force=np.array([m.contacts.hand_object_force for m in measured]),
        unsafe_force=np.array([m.contacts.unsafe_force for m in measured]),
        scene_force=np.array([m.contacts.scene_force for m in measured]),
        pressings=PRESSINGS,
        pressing=np.array([[m.contacts.pressing[name] for name in PRESSINGS] for m in measured]),
        poured_share=np.array([np.nan if m.poured_share is None else m.poured_share for m in measured]),
        squeeze_force=np.array([m.contacts.squeeze_force for m in measured]),
        penetration=np.array([m.contacts.penetration for m in measured]),
        first_contact_tick=int(touching[0]) if len(touching) else -1,
        close_tick=int(closing[0]) if len(closing) else len(rows) - 1,
        response=max(responses, key=("pass", "hold", "stop").index),
        final_state=ending.final_state,
        bad_state=ending.bad_state,
        joint_groups=contract.joint_groups,
        command_end_tick=max(0, len(rows) - round(SETTLE_S * contract.control_rate_hz)),
    )


def _poses(measured: Sequence[Measurement], name: str | None) -> FloatArray:
    """Return the poses (T, 4, 4) of an object; NaN where it was not seen."""
    return np.array([_shaped(m.T_table_objects.get(name or ""), (4, 4)) for m in measured])


def _shaped(value: object, shape: tuple[int, ...]) -> FloatArray:
    """Return `value` as floats of `shape`, NaN if it is something else."""
    try:
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    return found if found.shape == shape else np.full(shape, np.nan)
