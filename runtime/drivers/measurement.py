"""What a robot and its camera report after a tick."""

from collections.abc import Mapping
from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.sim.contact_summary import ContactSummary


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One tick."""

    time_s: float
    qpos: FloatArray
    """(n,) rad, driver order."""
    T_table_objects: Mapping[str, FloatArray]
    """Pose (4, 4) of every object."""
    manip_lowest_z: float
    """m, height of the manipulated object's lowest point."""
    contacts: ContactSummary
    """Largest forces and depth since the last tick; the grip on the manipulated object is that of the moment."""
    age_s: float
    """Seconds since `qpos` was measured."""
    objects_age_s: float
    """Seconds since the objects were last located."""
    command_age_s: float
    """Seconds since the robot last acknowledged a command."""
