"""Where an object may be in the next frame: as it moved on, and as the hand would carry it."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.perception.object.carried import CarriedObject
from skillc.runtime.perception.object.motion_settings import MotionSettings
from skillc.runtime.perception.object.pose_step import Belief


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How the object is moved."""

    start: FloatArray
    """(4, 4) T_table_object at rest."""
    sliding: bool
    """On the table: x, y and yaw alone change."""
    symmetric: bool
    """It looks alike all round its z axis."""
    carried: CarriedObject | None
    """Where the hand would carry it; None for a slid object."""


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A frame whose pose is known."""

    frame: int
    T_table_object: FloatArray
    """(4, 4)."""


@dataclass(frozen=True, kw_only=True)
class Hypotheses:
    """What is believed about a frame's pose before the frame is looked at."""

    expected: FloatArray
    """(4, 4) the likeliest pose."""
    starts: list[FloatArray]
    """Poses to refine from."""
    beliefs: list[Belief]


def hypotheses(
    manner: Manner, frame: int, near: Neighbour, velocity: FloatArray, dt: float, settings: MotionSettings
) -> Hypotheses:
    """Return what is believed about a frame.

    Args:
        manner: How the object is moved.
        frame: The frame.
        near: The frame beside it whose pose is known.
        velocity: (6,) translation (m) and rotation vector (rad) in 1/30 s, away from that.
        dt: Time between the two, in 1/30 s.
        settings: Parameters.
    """
    before, later = near.T_table_object, max(frame, near.frame)
    expected = _moved_on(before, velocity, 0.8 * dt)
    spread = max(dt, 0.1)
    place = np.eye(3) / (settings.step_sigma * spread) ** 2
    starts, beliefs = [expected], []
    carried = manner.carried
    if carried is not None and np.isfinite(carried.step[later]).all() and np.isfinite(carried.position[frame]).all():
        expected[:3, 3] = before[:3, 3] + (carried.step[later] if later == frame else -carried.step[later])
        place = held(carried, later, settings) / spread**2
        weak = np.zeros((6, 6))
        weak[:3, :3] = carried_place(carried, frame, settings.carry_sigma)
        weak[3:, 3:] = np.eye(3) / settings.carry_turn_sigma**2
        R_carried = carried.turn[frame] @ manner.start[:3, :3]
        if manner.symmetric:
            # spin about the axis is not seen
            R_carried = se3.shortest_turn(expected[:3, 2], R_carried[:, 2]) @ expected[:3, :3]
        along = se3.from_parts(R_carried, carried.position[frame])
        beliefs.append(Belief(T_table_object=along, precision=weak))
        starts.append(se3.from_parts(R_carried, expected[:3, 3]))
    precision = np.zeros((6, 6))
    precision[:3, :3], precision[3:, 3:] = place, np.eye(3) / (settings.turn_sigma * spread) ** 2
    beliefs.append(Belief(T_table_object=expected, precision=precision))
    if not manner.sliding:
        starts += _turned(expected, settings.turn_sigma, manner.symmetric)
    return Hypotheses(expected=expected, starts=starts, beliefs=beliefs)


def held(carried: CarriedObject, frame: int, settings: MotionSettings) -> FloatArray:
    """Return the precision (3, 3) of a held object's step: tied to the palm across the line of sight, free along it."""
    sight = carried.sight[frame]
    along = np.outer(sight, sight)
    across = settings.held_sigma**2 + carried.step_sigma[frame] ** 2
    precision: FloatArray = (np.eye(3) - along) / across + along / max(across, settings.step_sigma**2)
    return precision


def carried_place(carried: CarriedObject, frame: int, sigma_m: float) -> FloatArray:
    """Return the precision (3, 3) of where the hand would carry an object: its distance is known much worse."""
    sight = carried.sight[frame]
    along = np.outer(sight, sight)
    across = (2.0 * sigma_m) ** 2
    precision: FloatArray = (np.eye(3) - along) / across + along / (across + carried.distance_sigma[frame] ** 2)
    return precision


def _moved_on(T: FloatArray, velocity: FloatArray, dt: float) -> FloatArray:
    moved = T.copy()
    moved[:3, 3] += velocity[:3] * dt
    moved[:3, :3] = Rotation.from_rotvec(velocity[3:] * dt).as_matrix() @ T[:3, :3]
    return moved


def _turned(T: FloatArray, angle: float, symmetric: bool) -> list[FloatArray]:
    """Return T turned both ways by two `angle`s about the object's axes that change its outline."""
    turned = []
    for axis in range(2 if symmetric else 3):
        for sign in (-2.0, 2.0):
            other = T.copy()
            other[:3, :3] = T[:3, :3] @ Rotation.from_rotvec(sign * angle * np.eye(3)[axis]).as_matrix()
            turned.append(other)
    return turned
