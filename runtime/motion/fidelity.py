"""How far a reference departs from the demonstration it replays, phase by phase."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.fidelity import Deviation, Fidelity, MotionChange, PhaseFidelity
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.motion.path.demonstrated import poses_at


def measure_fidelity(
    cell: Cell, reference: Reference, *, changes: Sequence[MotionChange], fell_back: Sequence[str]
) -> Fidelity:
    """Compare every sample with the frame of the demonstration it replays.

    Args:
        cell: robot and demonstration.
        reference: the motion measured.
        changes: what was changed about the object's motion on purpose.
        fell_back: codes of what was given up.
    """
    arm = len(cell.profile.manipulator.arm_joints)
    frame = reference.demonstrated_frame
    shown = np.isfinite(frame)
    at = frame[shown]
    T_hand = cell.T_table_robot @ cell.arm.hand_pose(reference.qpos[shown, :arm])
    hand = _apart(T_hand, poses_at(cell.shown.T_table_hand, at))
    thing = _apart(reference.T_table_manip[shown], poses_at(cell.motion.T_table_object, at))
    if cell.twin.manipulated.symmetry == "z":
        thing[1] = _tilt(reference.T_table_manip[shown], poses_at(cell.motion.T_table_object, at))
    fingers = np.sqrt(np.mean((reference.qpos[shown, arm:] - cell.shown.fingers_at(at)) ** 2, axis=1))
    phases = []
    for k in np.unique(reference.phase):
        own = reference.phase[shown] == k
        measured = [_deviation(values[own]) for values in (*hand, fingers, *thing)]
        phases.append(
            PhaseFidelity(
                phase=PHASES[k],
                replayed=float(np.mean(shown[reference.phase == k])),
                hand_position_m=measured[0],
                hand_rotation_rad=measured[1],
                fingers_rad=measured[2],
                object_position_m=measured[3],
                object_rotation_rad=measured[4],
            )
        )
    first = float(np.min(at, initial=cell.keyframes.contact))
    return Fidelity(
        phases=tuple(phases), approach_dropped_s=first / cell.keyframes.fps, changes=tuple(changes),
        fell_back=tuple(fell_back),
    )  # fmt: skip


def _apart(T: FloatArray, T_shown: FloatArray) -> list[FloatArray]:
    """Return distances (N,) m and angles (N,) rad between poses (N, 4, 4)."""
    turn = T[:, :3, :3] @ np.swapaxes(T_shown[:, :3, :3], 1, 2)
    angle = Rotation.from_matrix(turn).magnitude() if len(T) else np.zeros(0)
    return [np.linalg.norm(T[:, :3, 3] - T_shown[:, :3, 3], axis=1), angle]


def _tilt(T: FloatArray, T_shown: FloatArray) -> FloatArray:
    """Return the angles (N,) rad between the z axes of poses (N, 4, 4)."""
    return np.asarray(np.arccos(np.clip(np.sum(T[:, :3, 2] * T_shown[:, :3, 2], axis=1), -1.0, 1.0)))


def _deviation(values: FloatArray) -> Deviation:
    if not len(values):
        return Deviation(mean=float("nan"), largest=float("nan"))
    return Deviation(mean=float(values.mean()), largest=float(values.max()))
