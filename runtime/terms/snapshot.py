"""What one control tick of the simulation looks like to reward and termination terms."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The state after one control tick."""

    flow_centroid: FloatArray
    """(3,) m, centroid of the manipulated object's flow points, table frame."""
    flow_centroid_reference: FloatArray
    """(3,) m, the same for the object pose the reference expects now."""
    action: FloatArray
    """(a,) the policy's action, clipped to -1..1."""
    object_turn_rad: float
    """Angle between the object's orientation and the one the reference expects now."""
    joint_distance_rad: float
    """Largest distance of a measured joint from the reference."""
    tip_distance_m: float
    """Mean distance of the fingertips from the object's centre."""
    tips_in_contact: int
    """Fingertips that touch the manipulated object."""
    tips: int
    """Fingertips of the hand."""
    object_rise_m: float
    """Height of the object's lowest point above its height at the start."""
    object_force_n: float
    """Largest contact force of the robot on target and obstacles."""
    table_distance_m: float
    """Smallest height of a hand geom's lowest point above the table; negative inside it."""
    after_contact: bool
    """The reference has passed its close phase."""
    time_s: float
    """Since the episode began."""
    end_s: float
    """Length of the episode."""
