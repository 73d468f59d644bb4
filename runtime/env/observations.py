"""What a policy sees, term by term: the raw value from a moment of the simulation, and how it is normalized.

One definition serves training, evaluation and deployment: the contract fixes order, offsets and scales; deployment
fills the same `Moment` from cameras and encoders.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One policy tick as the robot knows it."""

    qpos: FloatArray
    """(n,) measured joint positions, rad."""
    q_reference_next: FloatArray
    """(n,) reference joint positions one policy period ahead, rad."""
    T_table_manip: FloatArray
    """(4, 4) pose of the manipulated object."""
    T_table_manip_before: FloatArray
    """(4, 4) the same one policy tick earlier."""
    flow_centroid_object: FloatArray
    """(3,) m, centroid of the flow points in the object frame."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What normalization depends on."""

    lower: FloatArray
    """(n,) rad."""
    upper: FloatArray
    """(n,) rad."""
    length_m: float
    """Length that counts as one, for motion between two policy ticks."""
    angle_rad: float
    """Angle that counts as one."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One kind of observation."""

    value: Callable[[Moment], FloatArray]
    normalization: Callable[[Layout], tuple[FloatArray, FloatArray]]
    """Offset and scale, each (size,)."""
    unit: str
    frame: str


def joint_position(now: Moment) -> FloatArray:
    """Return the measured joint positions (n,), rad: q_t of 4.3.1."""
    return now.qpos


def reference_joint_position_next(now: Moment) -> FloatArray:
    """Return the next reference joint positions (n,), rad: q_{t+1} of 4.3.1."""
    return now.q_reference_next


def flow_centroid(now: Moment) -> FloatArray:
    """Return the centroid (3,) of the manipulated object's flow points, m, table frame: c_t of 4.3.1."""
    return now.T_table_manip[:3, :3] @ now.flow_centroid_object + now.T_table_manip[:3, 3]


def object_position_delta(now: Moment) -> FloatArray:
    """Return how far the object moved (3,) since the last policy tick, m, table frame: dx_t of 4.3.1."""
    return now.T_table_manip[:3, 3] - now.T_table_manip_before[:3, 3]


def object_rotation_delta(now: Moment) -> FloatArray:
    """Return how the object turned (3,) since the last policy tick, rotation vector, rad: dtheta_t of 4.3.1."""
    turned: FloatArray = Rotation.from_matrix(
        now.T_table_manip[:3, :3] @ now.T_table_manip_before[:3, :3].T
    ).as_rotvec()
    return turned


def _joint_range(layout: Layout) -> tuple[FloatArray, FloatArray]:
    return (layout.lower + layout.upper) / 2, 2 / (layout.upper - layout.lower)


def _table(layout: Layout) -> tuple[FloatArray, FloatArray]:
    return np.zeros(3), np.ones(3)


def _length(layout: Layout) -> tuple[FloatArray, FloatArray]:
    return np.zeros(3), np.full(3, 1 / layout.length_m)


def _angle(layout: Layout) -> tuple[FloatArray, FloatArray]:
    return np.zeros(3), np.full(3, 1 / layout.angle_rad)


OBSERVATIONS: Mapping[str, Observation] = {
    "joint_position": Observation(value=joint_position, normalization=_joint_range, unit="rad", frame="joint"),
    "reference_joint_position_next": Observation(
        value=reference_joint_position_next, normalization=_joint_range, unit="rad", frame="joint"
    ),
    "flow_centroid": Observation(value=flow_centroid, normalization=_table, unit="m", frame="table"),
    "object_position_delta": Observation(value=object_position_delta, normalization=_length, unit="m", frame="table"),
    "object_rotation_delta": Observation(value=object_rotation_delta, normalization=_angle, unit="rad", frame="table"),
}
"""Every observation a spec may name."""
