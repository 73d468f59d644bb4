"""Jerk, finish frame, safe rate and penetration of a rollout (D.2.2-D.2.4, LANGUAGE)."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.run_log import RunLog

JERK_RATE_HZ = 60.0
"""LANGUAGE: jerk is taken at 60 Hz."""


def finish_frame(position: FloatArray, settled_m: float) -> int:
    """Return the first index from which position (T, 3) stays within `settled_m` of its last value (D.2.4)."""
    away = np.flatnonzero(~(np.linalg.norm(position - position[-1], axis=1) < settled_m))
    return int(away[-1]) + 1 if len(away) else 0


def jerk_rms(q: FloatArray, dt: float) -> float:
    """Return the RMS over ticks and joints of the third difference of q (T, n) rad, in rad/s^3 (D.2.3)."""
    if len(q) < 4 or q.shape[1] == 0:
        return 0.0
    third = np.diff(q, n=3, axis=0) / dt**3
    return float(np.sqrt(np.mean(third**2)))


def motion_span(log: RunLog, settled_m: float) -> slice:
    """Return the ticks from the first commanded motion to the finish frame."""
    moving = np.flatnonzero(np.any(np.diff(log.q_command, axis=0) != 0, axis=1))
    start = int(moving[0]) if len(moving) else 0
    return slice(start, max(finish_frame(log.T_table_manip[:, :3, 3], settled_m) + 1, start + 4))


def jerk_by_group(log: RunLog, settled_m: float) -> dict[str, float]:
    """Return the jerk RMS (rad/s^3) of each group's joints at 60 Hz from first motion to finish frame."""
    dt = float(np.median(np.diff(log.time_s)))
    step = max(1, round(1.0 / (JERK_RATE_HZ * dt)))
    q = log.q_command[motion_span(log, settled_m)][::step]
    groups = np.array(log.joint_groups)
    return {name: jerk_rms(q[:, groups == name], dt * step) for name in dict.fromkeys(log.joint_groups)}


def is_safe(log: RunLog, unsafe_n: float, squeeze_n: float) -> bool:
    """Return whether no arm link and no hand-table contact ever pressed harder than `unsafe_n` newtons (D.2.2).

    Nor may any link of the hand have pressed harder than `squeeze_n` on the manipulated object, which is ours.

    The paper gates the hand by height below the table top; here every hand-table contact counts, which is stricter.
    """
    squeezed = bool(np.max(log.squeeze_force, initial=0.0) <= squeeze_n)
    return squeezed and bool(np.max(log.unsafe_force, initial=0.0) <= unsafe_n)


def peak_pressing(log: RunLog) -> dict[str, float]:
    """Return the largest force (N) of one link for each pair that should not press on each other."""
    peaks = np.max(log.pressing, axis=0, initial=0.0)
    return {name: float(force) for name, force in zip(log.pressings, peaks)}
