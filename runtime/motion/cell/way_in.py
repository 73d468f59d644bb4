"""From home to contact: along the demonstrated approach as far as the scene leaves room (A.2.2, hand-pose phase)."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.cell.approaches import Approach
from skillc.runtime.motion.cell.cell import Cell, PathParameters
from skillc.runtime.motion.cell.evasion import evaded
from skillc.runtime.motion.path.joint_path import follow, swept

NEARLY_M = 5e-4
"""ours: a curve passes beside its knots."""


@dataclass(frozen=True, kw_only=True)
class WayIn:
    """Arm knots from home to contact."""

    knots: FloatArray
    """(K, n_arm); the last is contact."""
    frame: FloatArray
    """(K,) frame of the demonstration at each knot; NaN where it replays none."""
    stops: tuple[int, ...]
    """Knots at which the arm rests, ascending, the first and the last among them."""
    clearance_m: float
    """Smallest clearance to table, target and obstacles on the way (negative: it is not clear)."""

    @property
    def legs(self) -> list[slice]:
        """Knots of each rest-to-rest piece."""
        return [slice(a, b + 1) for a, b in itertools.pairwise(self.stops)]


def way_in(
    cell: Cell,
    ways: Sequence[Approach],
    q_contact: FloatArray,
    inward: FloatArray,
    q_hand: FloatArray,
    parameters: PathParameters,
) -> WayIn | None:
    """Find a clear way from home along one of `ways`, the nearest to the demonstration first.

    A way is led around what it would touch. From home it is joined without a rest, else over a via point straight above
    its first pose, at growing heights, else with a rest there. The first way with the wanted clearance, or all that the
    contact pose itself leaves, ends the search; else the widest clearance wins. None if no way can be followed.

    Args:
        cell: robot and scene.
        ways: see `approaches`.
        q_contact: (n_arm,) posture at contact.
        inward: (3,) unit direction of the last way in, table frame.
        q_hand: (m,) fingers on the way.
        parameters: see there.
    """
    at_contact = cell.checker.check(cell.with_hand(q_contact[None], q_hand), cell.T_table_manip)
    wanted = min(parameters.clearance_m, float(at_contact.robot_scene[0]))
    best: WayIn | None = None
    for way in ways:
        q = _followed(cell, way, q_contact)
        if q is None:
            continue
        for clear in evaded(cell, way, q, inward, q_hand, parameters, wanted_m=parameters.clearance_m):
            q = _followed(cell, clear, q_contact)
            for entry in () if q is None else _entries(cell, clear, q, q_hand, parameters):
                if best is None or entry.clearance_m > best.clearance_m + 1e-4:
                    best = entry
                if entry.clearance_m >= wanted - NEARLY_M:
                    return entry
    return best


def _followed(cell: Cell, way: Approach, q_contact: FloatArray) -> FloatArray | None:
    """Return postures (K, n_arm) along a way, solved backwards from contact; None if the arm cannot follow it."""
    back = follow(cell.arm, cell.T_table_robot, way.T_table_hand[::-1], q_contact)
    if back.position_error_m.max() > 2e-3 or back.rotation_error_rad.max() > 2e-2:
        return None
    q = back.q[::-1].copy()
    q[-1] = q_contact
    return q


def _entries(
    cell: Cell, way: Approach, q: FloatArray, q_hand: FloatArray, parameters: PathParameters
) -> Iterator[WayIn]:
    """Yield ways from home that join the way with postures q (K, n_arm), the most direct first."""
    for rise, rests in itertools.product(parameters.via_rises_m, (False, True)):
        lead = _over(cell, way, q[0], rise)
        if lead is None:
            continue
        knots = np.concatenate([cell.q_start[None], *lead, q])
        joined = len(knots) - len(q)
        line = joined + way.line
        stops = tuple(sorted({0, line, len(knots) - 1} | ({joined} if rests else set())))
        yield WayIn(
            knots=knots,
            frame=np.append(np.full(joined, np.nan), way.frame),
            stops=stops,
            clearance_m=_clearance(cell, knots, stops, line, q_hand, parameters),
        )


def _over(cell: Cell, way: Approach, q_first: FloatArray, rise: float) -> list[FloatArray] | None:
    """Return the posture (1, n_arm) `rise` over a way's first pose, nothing for no rise, None if it is out of reach."""
    if rise <= 0.0:
        return []
    T_via = np.array(way.T_table_hand[0])
    T_via[2, 3] += rise
    via = follow(cell.arm, cell.T_table_robot, T_via[None], q_first)
    return None if via.position_error_m[0] > 2e-2 else [via.q]


def _clearance(
    cell: Cell, knots: FloatArray, stops: Sequence[int], line: int, q_hand: FloatArray, parameters: PathParameters
) -> float:
    """Return the smallest clearance of knots (K, n_arm) with rests at `stops`.

    The object may be neared, without touching, from knot `line` on, or between the last two knots.
    """
    limits = parameters.timing.limits(cell.profile, cell.profile.manipulator.arm_joints)
    tolerance = parameters.timing.tolerance(knots.shape[1])
    pieces = [(a, *swept(knots[a : b + 1], limits, tolerance=tolerance)) for a, b in itertools.pairwise(stops)]
    dense = np.concatenate([q for _, q, _ in pieces])
    progress = np.concatenate([a + at for a, _, at in pieces])
    seen = cell.checker.check(cell.with_hand(dense, q_hand), cell.T_table_manip)
    last = min(line, len(knots) - 2)
    return min(
        float(seen.robot_scene.min()),
        float(seen.robot_manipulated[progress < last].min(initial=parameters.clearance_m)),
        float(seen.robot_manipulated.min()) + parameters.clearance_m,
        parameters.clearance_m if seen.self_overlap.min() > -1e-3 else -1.0,
    )
