"""Collects one row a tick and makes the run's log of them."""

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.formats.run_log import RunLog
from skillc.runtime.safety.filter import SafeCommand
from skillc.runtime.sim.contact_summary import PRESSINGS


class Recorder:
    """Keeps what was measured, sent and decided at every tick."""

    def __init__(self, machine: Machine, contract: Contract, reference: Reference) -> None:
        """Start an empty record."""
        self._names = [s.name for s in machine.states]
        self._contract, self._reference = contract, reference
        self._rows: list[tuple[Measurement, SafeCommand, int, int]] = []

    def add(self, measured: Measurement, safe: SafeCommand, sample: int, state: str) -> None:
        """Keep one tick: what was measured after `safe` was sent, the reference sample and the state's name."""
        self._rows.append((measured, safe, sample, self._names.index(state)))

    def as_log(self, bad_state: str, final_state: str, command_end: int) -> RunLog:
        """Return the log; arguments as its fields."""
        measured = [row[0] for row in self._rows]
        safe = [row[1] for row in self._rows]
        touching = np.flatnonzero([m.contacts.touches for m in measured])
        close = PHASES.index("close")
        samples = np.array([row[2] for row in self._rows])
        closing = np.flatnonzero(self._reference.phase[samples] >= close)
        nowhere, unknown = np.full((4, 4), np.nan), np.full(len(self._contract.joint_names), np.nan)
        manip, target = self._contract.manipulated, self._contract.target
        worst = max((s.response for s in safe), key=("pass", "hold", "stop").index)
        return RunLog(
            time_s=np.array([m.time_s for m in measured]),
            q_command=np.array([s.q for s in safe]),
            q_measured=np.array([m.qpos for m in measured]),
            sample=samples,
            phase=self._reference.phase[samples],
            state=np.array([row[3] for row in self._rows]),
            torque_mean=np.array([m.torque.mean if m.torque else unknown for m in measured]),
            torque_peak=np.array([m.torque.peak if m.torque else unknown for m in measured]),
            T_table_manip=np.array([m.T_table_objects[manip] for m in measured]),
            T_table_target=np.array([m.T_table_objects[target] if target else nowhere for m in measured]),
            manip_lowest_z=np.array([m.manip_lowest_z for m in measured]),
            hand_object_force=np.array([m.contacts.hand_object_force for m in measured]),
            unsafe_force=np.array([m.contacts.unsafe_force for m in measured]),
            scene_force=np.array([m.contacts.scene_force for m in measured]),
            pressings=PRESSINGS,
            pressing=np.array([[m.contacts.pressing[name] for name in PRESSINGS] for m in measured]),
            penetration=np.array([m.contacts.penetration for m in measured]),
            first_contact_tick=int(touching[0]) if len(touching) else -1,
            close_tick=int(closing[0]) if len(closing) else len(self._rows) - 1,
            response=worst,
            final_state=final_state,
            bad_state=bad_state,
            joint_groups=self._contract.joint_groups,
            command_end_tick=command_end,
        )
