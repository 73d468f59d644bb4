"""Where the robot's base stands in the table frame, as measured, and how well."""

from dataclasses import dataclass
from pathlib import Path

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.codec import read_json, write_json

NAME, VERSION = "skillc.robot_calibration", 1


@dataclass(frozen=True, kw_only=True)
class RobotCalibration:
    """Result of `skillc calibrate robot`; a hardware run reads its placement from here."""

    T_table_robot: FloatArray
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

    def save(self, path: Path) -> None:
        """Write to `path`."""
        write_json(self, path, name=NAME, version=VERSION)

    @classmethod
    def load(cls, path: Path) -> "RobotCalibration":
        """Read from `path`; raises FormatError."""
        return read_json(cls, path, name=NAME, version=VERSION)
