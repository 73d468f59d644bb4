"""Contact-frame refinement for pushing and pulling (A.2.2): where a fingertip touches the object, and how it turns."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import Surface
from skillc.runtime.motion.kinematics.hand_model import HandModel


@dataclass(frozen=True, kw_only=True)
class PushParameters:
    """Thresholds of A.2.2 (its text prints none of their values)."""

    look_ahead_s: float
    """Delta t of the motion direction."""
    flip_score: float
    """tau_pp: at or below it the pad faces the wrong way and its back is used."""
    axis_radius: float
    """Share of the object's horizontal extent around its axis where points are ignored."""
    alignment: float
    """Least cosine between a point's radial direction and the search direction."""
    far_percentile: float
    """Candidates are the farthest points above this percentile."""
    height: float
    """alpha: the contact height is (1 - alpha) of the object's height."""
    standoff_m: float
    """delta between contact point and tip surface; the tip's radius is added to reach its centre."""


@dataclass(frozen=True, kw_only=True)
class PushContact:
    """Refined contact pose and what led to it; object frame unless said otherwise."""

    T_object_hand: FloatArray
    """(4, 4) hand at contact."""
    direction: FloatArray
    """(3,) unit, horizontal: motion of the object."""
    approach: FloatArray
    """(3,) unit: along the motion, or straight down where the tip goes in behind a wall."""
    contact_point: FloatArray
    """(3,) on the surface."""
    flipped: bool
    """The finger's back pushes."""
    along: bool
    """Contact on the leading side (pull): the tip stands inside, behind the leading wall."""


def motion_direction(T_table_object: FloatArray, contact: int, ahead: int) -> FloatArray:
    """Return the unit horizontal motion direction (3,) in the table frame from frame `contact` to `ahead`.

    Raises:
        ValueError: the object does not move between the two frames.
    """
    last = min(ahead, len(T_table_object) - 1)
    moved = T_table_object[last, :3, 3] - T_table_object[contact, :3, 3]
    moved[2] = 0.0
    length = float(np.linalg.norm(moved))
    if not length > 1e-6:
        raise ValueError(f"the object does not move between frames {contact} and {last}")
    return moved / length


def refine_push(
    hand: HandModel,
    surface: Surface,
    *,
    T_table_object: FloatArray,
    T_table_hand: FloatArray,
    q_hand: FloatArray,
    direction_table: FloatArray,
    finger: int,
    along: bool,
    aligned: float,
    parameters: PushParameters,
) -> PushContact:
    """Correct the hand's pose so that one fingertip meets the right side of the object and faces its motion.

    Args:
        hand: the robot hand.
        surface: the manipulated object.
        T_table_object: (4, 4) at the contact frame.
        T_table_hand: (4, 4) retargeted hand at the contact frame.
        q_hand: (m,) finger joints, kept.
        direction_table: (3,) unit motion direction, table frame.
        finger: index of the finger that leads (the paper: the middle one).
        along: whether the contact lies on the leading side of the object (b_along).
        aligned: 0..1 of the turn that makes the fingertip's normal face the motion; the paper's is 1.
        parameters: thresholds.
    """
    p = parameters
    d = T_table_object[:3, :3].T @ direction_table
    d[2] = 0.0
    d /= np.linalg.norm(d)
    T_object_hand = se3.inverse(T_table_object) @ T_table_hand
    centres, normals = hand.tips(q_hand[None])
    centre, normal = centres[0, finger], normals[0, finger]
    flipped = float((T_object_hand[:3, :3].T @ d) @ normal) <= p.flip_score
    if flipped:
        normal = -normal
    point = contact_point(surface, d if along else -d, p)
    turn = Rotation.from_matrix(se3.shortest_turn(T_object_hand[:3, :3] @ normal, d)).as_rotvec()
    R_object_hand = Rotation.from_rotvec(aligned * turn).as_matrix() @ T_object_hand[:3, :3]
    target = point - (p.standoff_m + float(hand.tip_radius[finger])) * d
    if along:
        target = inner_side(surface, point, d, float(hand.tip_radius[finger]) + p.standoff_m)
    T = se3.from_parts(R_object_hand, target - R_object_hand @ centre)
    approach = np.array([0.0, 0.0, -1.0]) if along else d
    return PushContact(
        T_object_hand=T, direction=d, approach=approach, contact_point=point, flipped=flipped, along=along
    )


def contact_point(surface: Surface, search: FloatArray, parameters: PushParameters) -> FloatArray:
    """Return the surface point (3,) on the side of unit direction `search` (3,), at the wanted height (A.2.2)."""
    p = parameters
    radial = surface.points[:, :2]
    distance = np.linalg.norm(radial, axis=1)
    extent = 0.5 * float(np.max(surface.high[:2] - surface.low[:2]))
    cosine = (radial @ search[:2]) / np.maximum(distance, 1e-9)
    side = (distance > p.axis_radius * extent) & (cosine > p.alignment)
    if not side.any():
        side = cosine >= np.max(cosine)
    candidates = surface.points[side]
    reach = candidates @ search
    far = candidates[reach >= np.percentile(reach, p.far_percentile)]
    # The mean of the far points, where the paper aims, lies at one end of a face that is not square to the motion.
    wanted = (far.mean(axis=0) @ search) * search
    wanted[2] = surface.low[2] + (1.0 - p.height) * surface.height
    return np.asarray(far[np.linalg.norm(far - wanted, axis=1).argmin()])


def inner_side(surface: Surface, point: FloatArray, direction: FloatArray, reach: float) -> FloatArray:
    """Return the tip centre (3,) behind the wall at `point`, `reach` (m) from its inner face.

    Walks inward from the outer face until the tip is free; for a solid object it comes out on the far side, which the
    collision check then judges.
    """
    depth = np.arange(0.0, float(np.max(surface.high - surface.low)), 0.001)
    line = point - depth[:, None] * direction
    free = surface.distance(line) >= reach
    if not free.any():
        return np.asarray(point - (depth[-1] + reach) * direction)
    return np.asarray(line[int(free.argmax())])
