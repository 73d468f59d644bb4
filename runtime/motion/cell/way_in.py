"""From home to contact: along the demonstrated approach as far as the scene leaves room (A.2.2, hand-pose phase)."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.cell.cell import Cell, PathParameters, raised, straight
from skillc.runtime.motion.path.demonstrated import DemonstratedHand, PinnedPose, corrected, poses_at
from skillc.runtime.motion.path.joint_path import follow, swept

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


@dataclass(frozen=True, kw_only=True)
class WayIn:
    """Arm knots from home to contact."""

    knots: FloatArray
    """(K, n_arm); the last is contact."""
    frame: FloatArray
    """(K,) frame of the demonstration at each knot; NaN where it replays none."""
    stops: tuple[int, ...]
    """Knots at which the arm rests, ascending, the first and the last among them. Turning round on the way costs more
    jerk than resting where the demonstration is joined."""
    clearance_m: float
    """Smallest clearance to table, target and obstacles on the way (negative: it is not clear)."""

    @property
    def legs(self) -> list[slice]:
        """Knots of each rest-to-rest piece."""
        return [slice(a, b + 1) for a, b in itertools.pairwise(self.stops)]


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
    with the last part of it replaced by a straight way from a standoff; then begun higher, over what a longer hand than
    the person's would touch; then shorter leads; at last the straight way alone.

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
    for lead_s, rise in itertools.product(parameters.leads_s, parameters.lead_rises_m):
        first = max(contact - lead_s * fps, 0.0)
        if contact - first < 2.0 * parameters.knot_s * fps:
            continue
        if may_sweep:
            Ts, frame = _led(shown, first, float(contact), rise, T_contact, fps, parameters)
            found.append(Approach(T_table_hand=Ts, frame=frame, line=len(Ts) - 1))
        for line in lines:
            last = contact - STRAIGHT_SHARE * (contact - first)
            Ts, frame = _led(shown, first, last, rise, line[0], fps, parameters)
            whole, frames = np.concatenate([Ts, line[1:]]), np.concatenate([frame, nowhere[1:]])
            found.append(Approach(T_table_hand=whole, frame=frames, line=len(Ts) - 1))
    return [*found, *(Approach(T_table_hand=line, frame=nowhere, line=0) for line in lines)]


def _led(
    shown: DemonstratedHand,
    first: float,
    last: float,
    rise: float,
    T_last: FloatArray,
    fps: float,
    parameters: PathParameters,
) -> tuple[FloatArray, FloatArray]:
    """Follow the demonstration from frame `first`, `rise` (m) over it, to `T_last` (4, 4) at frame `last`."""
    count = max(round((last - first) / (parameters.knot_s * fps)), 2) + 1
    frame = np.linspace(first, last, count)
    T = poses_at(shown.T_table_hand, frame)
    above = raised(T[0], np.array([0.0, 0.0, rise]))
    return corrected(
        T, frame, [PinnedPose(frame=first, T_table_hand=above), PinnedPose(frame=last, T_table_hand=T_last)]
    ), frame


def way_in(
    cell: Cell,
    ways: Sequence[Approach],
    q_contact: FloatArray,
    q_hand: FloatArray,
    parameters: PathParameters,
) -> WayIn | None:
    """Find a clear way from home along one of `ways`, the nearest to the demonstration first.

    A via point straight above a way's first pose is tried at growing heights; the first that has the wanted clearance
    ends the search, else the widest clearance wins. None if no way can be followed.

    Args:
        cell: robot and scene.
        ways: see `approaches`.
        q_contact: (n_arm,) posture at contact.
        q_hand: (m,) fingers on the way.
        parameters: see there.
    """
    best: WayIn | None = None
    for way in ways:
        back = follow(cell.arm, cell.T_table_robot, way.T_table_hand[::-1], q_contact)
        if back.position_error_m.max() > 2e-3 or back.rotation_error_rad.max() > 2e-2:
            continue
        inward = back.q[::-1].copy()
        inward[-1] = q_contact
        near = _clearance(cell, inward, (0, way.line, len(inward) - 1), way, q_hand, parameters)
        for rise in parameters.via_rises_m if best is None or near > best.clearance_m else ():
            lead = _over(cell, way, inward[0], rise)
            if lead is None:
                continue
            home = np.concatenate([cell.q_start[None], *lead, inward[:1]])
            joined = len(home) - 1
            entry = WayIn(
                knots=np.concatenate([home[:-1], inward]), frame=np.append(np.full(joined, np.nan), way.frame),
                stops=tuple(sorted({0, joined, joined + way.line, joined + len(inward) - 1})),
                clearance_m=min(near, _clearance(cell, home, (0, joined), None, q_hand, parameters)),
            )  # fmt: skip
            if best is None or entry.clearance_m > best.clearance_m + 1e-4:
                best = entry
            if entry.clearance_m >= parameters.clearance_m:
                return entry
    return best


def _over(cell: Cell, way: Approach, q_first: FloatArray, rise: float) -> list[FloatArray] | None:
    """Return the posture (1, n_arm) `rise` over a way's first pose, nothing for no rise, None if it is out of reach."""
    if rise <= 0.0:
        return []
    T_via = np.array(way.T_table_hand[0])
    T_via[2, 3] += rise
    via = follow(cell.arm, cell.T_table_robot, T_via[None], q_first)
    return None if via.position_error_m[0] > 2e-2 else [via.q]


def _clearance(
    cell: Cell,
    knots: FloatArray,
    stops: Sequence[int],
    way: Approach | None,
    q_hand: FloatArray,
    parameters: PathParameters,
) -> float:
    """Return the smallest clearance of knots (K, n_arm) with rests at `stops`.

    The object may be neared, without touching, on a way's straight line, or between its last two poses.
    """
    limits = parameters.timing.limits(cell.profile, cell.profile.manipulator.arm_joints)
    pieces = [(a, *swept(knots[a : b + 1], limits)) for a, b in itertools.pairwise(sorted(set(stops)))]
    dense = np.concatenate([q for _, q, _ in pieces])
    progress = np.concatenate([a + at for a, _, at in pieces])
    seen = cell.checker.check(cell.with_hand(dense, q_hand), cell.T_table_manip)
    last = len(knots) if way is None else min(way.line, len(knots) - 2)
    return min(
        float(seen.robot_scene.min()),
        float(seen.robot_manipulated[progress < last].min(initial=parameters.clearance_m)),
        float(seen.robot_manipulated.min()) + parameters.clearance_m,
        parameters.clearance_m if seen.self_overlap.min() > -1e-3 else -1.0,
    )
