"""What a robot and its camera report after a tick."""

from collections.abc import Mapping
from dataclasses import dataclass

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.sim.contact_summary import ContactSummary


@dataclass(frozen=True, kw_only=True)
class CameraFrame:
    """The picture from which the objects were located."""

    number: int
    """Counts up with every picture; a repeated number is the same picture again."""
    colour_s: float
    """s, when its colour was exposed."""
    depth_s: float
    """s, when its depth was."""
    period_s: float
    """s from picture to picture at the camera's rate."""
    invalid_depth: float
    """Share of the pixels that have no depth."""


@dataclass(frozen=True, kw_only=True)
class DeviceReport:
    """A device says itself that something is wrong with it."""

    code: str
    """Row of FAULTS, e.g. "R17"."""
    fault: str
    """A class of `runtime/formats/faults.py`."""
    message: str
    """Which part, what, and what a person can do."""


@dataclass(frozen=True, kw_only=True)
class JointTorque:
    """What the motors gave since the last tick, the robot's own weight included; Nm."""

    mean: FloatArray
    """(n,)."""
    peak: FloatArray
    """(n,) largest magnitude."""


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
    torque: JointTorque | None = None
    """None where nothing measures it."""
    poured_share: float | None = None
    """Share of the filling that lies in the target; None where nothing is poured or nothing counts it."""
    frame: CameraFrame | None = None
    """Where the objects were seen; none in a simulation that tells their poses itself."""
    reports: tuple[DeviceReport, ...] = ()
    """What the devices say is wrong with them."""
