"""What control ticks of the simulation look like to reward and termination terms."""

from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.arrays import BoolArray, FloatArray

Sense = Literal["tips", "tip_contact", "scene_force", "table_distance", "lowest_point"]
"""What is measured for the terms that say they need it: where the fingertips are, whether they touch the object, the
robot's force on target and obstacles, the hand's height over the table, the object's lowest point."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """States after control ticks. Leading axes (...) are the same everywhere: environments, ticks, both or none.

    What no term of the environment senses is NaN.
    """

    flow_centroid: FloatArray
    """(..., 3) m, centroid of the manipulated object's flow points, table frame."""
    flow_centroid_reference: FloatArray
    """(..., 3) m, the same for the object pose the reference expects now."""
    action: FloatArray
    """(..., a) the policy's action, clipped to -1..1."""
    object_turn_rad: FloatArray
    """(...) angle between the object's orientation and the one the reference expects now."""
    joint_distance_rad: FloatArray
    """(...) largest distance of a measured joint from the reference."""
    tip_distance_m: FloatArray
    """(...) mean distance of the fingertips from the object's centre; sense `tips`."""
    tips_in_contact: FloatArray
    """(...) share of the fingertips that touch the manipulated object; sense `tip_contact`."""
    object_rise_m: FloatArray
    """(...) height of the object's lowest point above its height at the start; sense `lowest_point`."""
    object_force_n: FloatArray
    """(...) largest contact force of the robot on target or an obstacle; sense `scene_force`."""
    table_distance_m: FloatArray
    """(...) smallest distance of the hand from the table, negative inside it; sense `table_distance`."""
    after_contact: BoolArray
    """(...) the reference has passed its close phase."""
    time_s: FloatArray
    """(...) since the episode began."""
    end_s: float
    """Length of an episode."""
