"""Where the robot base stands and how much margin every keyframe keeps over the randomization box."""

from dataclasses import dataclass

from skillc.runtime.formats.arrays import Pose
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class KeyframeMargin:
    """Margins of one hand pose at one corner of the box."""

    keyframe: str
    corner: str
    """e.g. "apple.x+ apple.y-"; "nominal" for none."""
    position_error_m: float
    """What inverse kinematics leaves over; 0 when reached."""
    joint_margin_rad: float
    """Smallest distance to a joint limit."""
    manipulability: float
    """sqrt(det(J J^T)) of the arm at the palm."""


@dataclass(frozen=True, kw_only=True)
class Feasibility(Artifact, name="feasibility", file="feasibility.json"):
    """Result of placement and feasibility."""

    T_table_robot: Pose
    """(4, 4)."""
    placement: str
    """"auto" or "given"."""
    margins: tuple[KeyframeMargin, ...]
    diagnostics: tuple[str, ...]
    """"SK5xx spec.path message"."""
