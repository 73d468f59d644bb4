"""What one policy tick looks like to observation terms; deployment fills the same record from cameras and encoders."""

from dataclasses import dataclass

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
