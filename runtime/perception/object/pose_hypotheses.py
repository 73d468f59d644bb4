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
class Hypotheses:
    """What is believed about a frame's pose before the frame is looked at."""

    expected: FloatArray
    """(4, 4) the likeliest pose."""
    starts: list[FloatArray]
    """Poses to refine from."""
    beliefs: list[Belief]


def hypotheses(
    manner: Manner, frame: int, before: FloatArray, velocity: FloatArray, dt: float, settings: MotionSettings
) -> Hypotheses:
    """Return what is believed about a frame.

    Args:
        manner: How the object is moved.
        frame: The frame.
        before: (4, 4) the pose in the frame before.
        velocity: (6,) translation (m) and rotation vector (rad) in 1/30 s.
        dt: Time since the frame before, in 1/30 s.
        settings: Parameters.
    """
    expected = _moved_on(before, velocity, 0.8 * dt)
    spread = max(dt, 0.1)
    place = np.eye(3) / (settings.step_sigma * spread) ** 2
    starts, beliefs = [expected], []
    carried = manner.carried
    if carried is not None and np.isfinite(carried.step[frame]).all():
        expected[:3, 3] = before[:3, 3] + carried.step[frame]
        place = held(carried, frame, settings) / spread**2
        weak = np.repeat([1.0 / (2.0 * settings.carry_sigma) ** 2, 1.0 / settings.carry_turn_sigma**2], 3)
        R_carried = carried.turn[frame] @ manner.start[:3, :3]
        if manner.symmetric:
            # spin about the axis is not seen
            R_carried = se3.shortest_turn(expected[:3, 2], R_carried[:, 2]) @ expected[:3, :3]
        along = se3.from_parts(R_carried, carried.position[frame])
        beliefs.append(Belief(T_table_object=along, precision=np.diag(weak)))
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
