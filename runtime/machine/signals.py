"""What the guards of a machine read, measured at one tick."""

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.reference import Reference
from skillc.runtime.machine.playback import Playback
from skillc.runtime.safety.filter import SafeCommand


def signals(
    measured: Measurement,
    earlier: Measurement,
    safe: SafeCommand,
    playback: Playback,
    reference: Reference,
    contract: Contract,
) -> dict[str, float]:
    """Return every signal a guard may name; `earlier` is the measurement one tick before."""
    T_manip = measured.T_table_objects[contract.manipulated]
    expected = reference.T_table_manip[playback.sample]
    seen = all(np.isfinite(T).all() for T in measured.T_table_objects.values())
    fresh = measured.objects_age_s <= contract.safety.frame_age_periods / contract.policy_rate_hz
    return {
        "phase_remaining": playback.remaining_s,
        "scene_ready": float(seen and fresh),
        "start_error": float(np.max(np.abs(measured.qpos - reference.qpos[0]))),
        "tracking_error": float(np.max(np.abs(measured.qpos - safe.q))),
        "hand_force": measured.contacts.hand_object_force,
        "object_height": measured.manip_lowest_z,
        "object_error": float(np.linalg.norm(T_manip[:3, 3] - expected[:3, 3])),
        "object_age": measured.objects_age_s,
        "fault_active": float(bool(safe.trips)),
        "joint_speed": float(np.max(np.abs(measured.qpos - earlier.qpos))) * contract.control_rate_hz,
    }
