"""Where the camera and the robot are, in the table frame, and how sure we are."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import Pose
from skillc.runtime.formats.artifact import Artifact
from skillc.runtime.formats.recording import Camera


@dataclass(frozen=True, kw_only=True)
class Calibration(Artifact, name="calibration", file="calibration.json"):
    """Result of the calibration stage. The table frame is the tag's, the board's, the sheet's or the points': z up."""

    camera: Camera
    """With the focal length after refinement."""
    T_camera_table: Pose
    """(4, 4): X_camera = T_camera_table @ X_table, metres, OpenCV camera axes."""
    position_sigma_m: float
    """One standard deviation of the camera position."""
    rotation_sigma_rad: float
    """One standard deviation of the camera orientation."""
    scale_sigma: float
    """Relative one standard deviation of every length (tag size, focal length)."""
    reprojection_rms_px: float
    """Of the tag's or board's corners, or the points."""
    table_plane_rms_m: float | None
    """Of depth points on the table, null without depth."""
    source: str
    """"tag", "board", "sheet", "points", "plane" or "given"."""
    tags: tuple[int, ...]
    """Ids of all tags used."""
