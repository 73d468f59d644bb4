"""How a hand is set against what it pushes: the fingers beside each other, the middle of what touches on the line.

An object that is pushed beside its middle turns, slips along the finger, and the finger ends on top of it; what several
fingers push does neither, and each presses less.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.cell import Cell, raised, reachable_postures
from skillc.runtime.motion.path.check import SELF_OVERLAP_M, NearestPoint, PathChecker
from skillc.runtime.motion.path.joint_path import follow
from skillc.runtime.motion.push.contact import PushContact

TOUCH_GAP_M = 0.0005
"""ours: left between hand and object; the approach closes it."""
FINGER_INSET_RAD = 0.05
"""ours: fingers that move with the arm keep this far inside their limits; splines between knots swing."""
NEAR_M = 0.05
"""ours: the tip of a bent finger may be as far behind the link that touches first."""
ROUNDS = 8
"""ours: fingers, place and distance settle within three or four."""
LEVEL_M = 0.002
"""ours: links that differ by less touch together; a pushing finger gives way by more."""
SETTLED_RAD = 0.01
"""ours: a millimetre at a fingertip."""
RIM = 0.1
"""ours: of the object's height; a finger that touches higher up is soon on top."""
FACING = 0.7
"""ours: least cosine between a contact's normal and the motion; the rest of the object is passed, not pushed."""


@dataclass(frozen=True, kw_only=True)
class SeatBounds:
    """How far the hand may be moved and bent from where A.2.2 puts it."""

    back_off_m: float
    """Links that reach farther into the object than this beside the chosen fingertip rule a pose out."""
    table_clearance_m: float
    """Least height of the hand over the table at contact."""
    bends_rad: tuple[float, ...]
    """By which each joint of the fingers may be bent so that their tips touch together, tried in this order."""
    seeds: int
    """Arm postures tried per pose."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A hand that touches the object and nothing else."""

    contact: PushContact
    q_hand: FloatArray
    """(m,) fingers."""
    by_tips: bool
    """Fingertips touch first, below the object's rim; anything else slides over it sooner or later."""


def seated(
    cell: Cell, contact: PushContact, q_hand: FloatArray, leading: Sequence[str], bounds: SeatBounds
) -> Seat | None:
    """Return the hand set against the object, its fingers bent as little as can be; None if it cannot be.

    Args:
        cell: robot and scene.
        contact: where A.2.2 puts the hand.
        q_hand: (m,) fingers there.
        leading: names of the fingers whose tips may come forward to touch; any link may give way.
        bounds: see there.
    """
    T_contact = cell.T_table_manip @ contact.T_object_hand
    reached, q = reachable_postures(cell.arm, cell.T_table_robot, T_contact[None], cell.q_start, seeds=bounds.seeds)
    if not reached[0]:
        return None
    checker = PathChecker(cell.world, cell.twin.manipulated.name, margin_m=NEAR_M)
    best: Seat | None = None
    for bend_rad in bounds.bends_rad:
        stand = _Stand(cell, checker, contact, q_hand, leading, bend_rad)
        found = stand.settled(q[0], bounds)
        if found is not None and found.by_tips:
            return found
        best = best or found
    return best


class _Stand:
    """One hand at one object; its fingers may be bent by `bend_rad`."""

    def __init__(
        self, cell: Cell, checker: PathChecker, contact: PushContact, q_hand: FloatArray, leading: Sequence[str],
        bend_rad: float,
    ) -> None:  # fmt: skip
        self._cell, self._checker, self._contact, self._shown, self._bend_rad = cell, checker, contact, q_hand, bend_rad
        self._direction = cell.T_table_manip[:3, :3] @ contact.direction
        self._across = np.cross([0.0, 0.0, 1.0], self._direction)
        tips = [int(body) for body in cell.world.model.geom_bodyid[cell.world.tip_geoms]]
        self._tips = {name: tip for name, tip in zip(cell.hand.finger_names, tips) if name in leading}

    def settled(self, q_arm: FloatArray, bounds: SeatBounds) -> Seat | None:
        """Bend, centre and back off in turn, from arm posture q_arm (n_arm,), until nothing changes."""
        cell, arm, fingers = self._cell, q_arm, self._shown
        first = T_hand = cell.T_table_manip @ self._contact.T_object_hand
        for rounds_left in reversed(range(ROUNDS)):
            seen = self._checker.check(cell.with_hand(arm[None], fingers), cell.T_table_manip)
            if seen.robot_scene[0] < bounds.table_clearance_m or seen.self_overlap[0] < -SELF_OVERLAP_M:
                return None
            touches = self._checker.touches(np.concatenate([arm, fingers]), cell.T_table_manip)
            facing = [t for t in touches if t.normal @ self._direction >= FACING]
            bent, depth = self._bent(fingers, facing), -float(seen.robot_manipulated[0])
            back = depth + TOUCH_GAP_M if depth > 0.0 else 0.0
            shift = -self._aside(facing) * self._across - back * self._direction
            done = np.abs(bent - fingers).max() < SETTLED_RAD and np.linalg.norm(shift) < LEVEL_M
            if (depth <= 0.0 and done) or not rounds_left:
                break
            T_hand, fingers = raised(T_hand, shift), bent
            way = follow(cell.arm, cell.T_table_robot, T_hand[None], arm)
            if way.position_error_m[0] > 1e-3 or way.rotation_error_rad[0] > 1e-2:
                return None
            arm = way.q[0]
        if depth > 0.0 or not (first[:3, 3] - T_hand[:3, 3]) @ self._direction <= bounds.back_off_m:
            return None
        T_object_hand = se3.inverse(cell.T_table_manip) @ T_hand
        return Seat(
            contact=replace(self._contact, T_object_hand=T_object_hand), q_hand=fingers, by_tips=self._by_tips(facing)
        )

    def _by_tips(self, facing: list[NearestPoint]) -> bool:
        """Return whether a leading fingertip is among what touches first, and none of that touches the rim."""
        first, surface = self._first(facing), self._cell.surface
        rim = self._cell.T_table_manip[2, 3] + surface.high[2] - RIM * surface.height
        tips = any(touch.link in self._tips.values() for touch in first)
        return tips and all(touch.point[2] <= rim for touch in first)

    def _bent(self, fingers: FloatArray, facing: list[NearestPoint]) -> FloatArray:
        """Return the fingers (m,), turned as little as brings tips to the object's surface and other links off it."""
        hand, bent = self._cell.hand, fingers.copy()
        for name, columns in zip(hand.finger_names, hand.columns):
            rows, ways = [], []
            for touch in facing:
                slope = self._direction @ touch.jacobian[:, -len(fingers) :][:, columns]
                way = self._gap(touch) - TOUCH_GAP_M
                if slope @ slope > 1e-6 and (way < 0.0 or touch.link == self._tips.get(name)):
                    rows.append(slope)
                    ways.append(way)
            if rows:
                bent[columns] += np.linalg.lstsq(np.array(rows), np.array(ways), rcond=0.1)[0]
        near = np.clip(bent, self._shown - self._bend_rad, self._shown + self._bend_rad)
        return np.clip(near, hand.lower + FINGER_INSET_RAD, hand.upper - FINGER_INSET_RAD)

    def _aside(self, facing: list[NearestPoint]) -> float:
        """Return by how much (m) the middle of what touches is beside the line through the object that is pushed."""
        if self._contact.along:
            return 0.0  # what is pulled swings behind the finger by itself
        origin = self._cell.T_table_manip[:3, 3]
        at = [float((t.point - origin) @ self._across) for t in self._first(facing)]
        return 0.5 * (min(at) + max(at)) if at else 0.0

    def _first(self, facing: list[NearestPoint]) -> list[NearestPoint]:
        """Return what touches when the hand moves on."""
        first = min((self._gap(t) for t in facing), default=0.0)
        return [t for t in facing if self._gap(t) <= first + LEVEL_M]

    def _gap(self, touch: NearestPoint) -> float:
        """Return how far (m) a link is from the object along the motion."""
        return touch.distance_m / float(touch.normal @ self._direction)
