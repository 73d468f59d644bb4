"""Where the robot's base stands in the table frame, as measured, and how well."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import Pose
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class RobotCalibration(Artifact, name="robot_calibration", file="robot_calibration.json"):
    """Result of `skillc calibrate robot`; a hardware run reads its placement from here."""

    T_table_robot: Pose
    """(4, 4): X_table = T_table_robot @ X_robot, metres."""
    method: str
    """"touched_points" or "hand_eye"."""
    count: int
    """Points or poses used."""
    position_rms_m: float
    """Root mean square residual of positions."""
    rotation_rms_rad: float
    """Root mean square residual of rotations; 0 for touched points."""
    worst_m: float
    """Largest position residual."""
    worst_index: int
    """Which measurement it belongs to, from 0."""
    position_sigma_m: float
    """One standard deviation of the base position that follows from the residuals."""
