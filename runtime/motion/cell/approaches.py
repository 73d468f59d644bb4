"""Ways to come in to contact, the one nearest to the demonstration first (A.2.2, hand-pose phase)."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.cell.cell import PathParameters, raised, straight
from skillc.runtime.motion.path.demonstrated import DemonstratedHand, PinnedPose, corrected, poses_at

STRAIGHT_POSES = 4
"""ours: a pose each 3 cm of the straight last way."""
STRAIGHT_SHARE = 0.4
"""ours: of a lead is given up for the straight way; the hand then comes to its standoff as fast as shown."""


@dataclass(frozen=True, kw_only=True)
class Approach:
    """Hand poses up to contact, and the frames of the demonstration they are taken from."""

    T_table_hand: FloatArray
    """(K, 4, 4); the last is contact."""
    frame: FloatArray
    """(K,); NaN where a pose is none of the demonstration's."""
    line: int
    """Pose at which the straight way to contact begins; the last one where there is none."""


def approaches(
    shown: DemonstratedHand,
    *,
    contact: int,
    fps: float,
    T_contact: FloatArray,
    inward: FloatArray,
    may_sweep: bool,
    parameters: PathParameters,
) -> list[Approach]:
    """Return ways to come in, the one nearest to the demonstration first.

    A lead of the demonstrated approach is followed, its correction growing from none to that of the contact pose; then
    with the last part of it replaced by a straight way from a standoff; then shorter leads; at last the straight way
    alone.

    Args:
        shown: the demonstrated hand, smoothed.
        contact: frame of contact.
        fps: of the recording.
        T_contact: (4, 4).
        inward: (3,) unit direction of a straight way in, table frame.
        may_sweep: whether the demonstrated way may be followed up to the object itself.
        parameters: leads, spacing and standoffs.
    """
    lines = [straight(raised(T_contact, -d * inward), T_contact, STRAIGHT_POSES) for d in parameters.approaches_m]
    nowhere = np.append(np.full(STRAIGHT_POSES - 1, np.nan), float(contact))
    found = []
    for lead_s in parameters.leads_s:
        first = max(contact - lead_s * fps, 0.0)
        if contact - first < 2.0 * parameters.knot_s * fps:
            continue
        if may_sweep:
            Ts, frame = _led(shown, first, float(contact), T_contact, fps, parameters)
            found.append(Approach(T_table_hand=Ts, frame=frame, line=len(Ts) - 1))
        for line in lines:
            last = contact - STRAIGHT_SHARE * (contact - first)
            Ts, frame = _led(shown, first, last, line[0], fps, parameters)
            whole, frames = np.concatenate([Ts, line[1:]]), np.concatenate([frame, nowhere[1:]])
            found.append(Approach(T_table_hand=whole, frame=frames, line=len(Ts) - 1))
    return [*found, *(Approach(T_table_hand=line, frame=nowhere, line=0) for line in lines)]


def _led(
    shown: DemonstratedHand,
    first: float,
    last: float,
    T_last: FloatArray,
    fps: float,
    parameters: PathParameters,
) -> tuple[FloatArray, FloatArray]:
    """Follow the demonstration from frame `first` to `T_last` (4, 4) at frame `last`."""
    count = max(round((last - first) / (parameters.knot_s * fps)), 2) + 1
    frame = np.linspace(first, last, count)
    T = poses_at(shown.T_table_hand, frame)
    pins = [PinnedPose(frame=first, T_table_hand=T[0]), PinnedPose(frame=last, T_table_hand=T_last)]
    return corrected(T, frame, pins), frame
