"""What one policy tick looks like to observation terms; deployment fills the same record from cameras and encoders."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One policy tick of N robots as they know it; a single robot is N = 1."""

    qpos: FloatArray
    """(N, n) measured joint positions, rad."""
    q_reference_next: FloatArray
    """(N, n) reference joint positions one policy period ahead, rad."""
    T_table_manip: FloatArray
    """(N, 4, 4) pose of the manipulated object, as it is seen."""
    T_table_manip_before: FloatArray
    """(N, 4, 4) the same as it was seen one policy tick earlier."""
    flow_centroid: FloatArray
    """(N, 3) m, centroid of the tracked points that the camera sees, table frame."""
