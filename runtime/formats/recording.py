"""What a recording is: where its frames are, at which times, seen through which camera. Frames stay in their files."""

from dataclasses import dataclass
from typing import Literal

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifact


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A pinhole camera with OpenCV axes (x right, y down, z forward)."""

    width: int
    """px, after the region was cut out."""
    height: int
    """px."""
    fx: float
    """px."""
    fy: float
    """px."""
    cx: float
    """px; pixel centres are at integer coordinates."""
    cy: float
    """px."""
    distortion: tuple[float, ...] = ()
    """OpenCV k1 k2 p1 p2 k3, or empty."""
    focal_sigma: float = 0.0
    """px, one standard deviation of fx and fy."""

    @property
    def K(self) -> FloatArray:
        """Camera matrix (3, 3)."""
        import numpy as np

        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, kw_only=True)
class Source:
    """One input file or folder of the recording."""

    path: str
    """Relative to the spec's folder or the data folder."""
    sha256: str
    """Digest of the file, or of a folder's sorted (name, digest) list."""


@dataclass(frozen=True, kw_only=True)
class Recording(Artifact, name="recording", file="recording.json", version=2):
    """A validated recording. `runtime/perception/recording/frames.py` opens it and yields frames lazily."""

    kind: Literal["video", "rgbd_folder", "realsense_db3", "realsense_bag"]
    source: Source
    camera: Camera
    region: tuple[int, int, int, int]
    """x, y, width, height in the source picture, px."""
    rotation_deg: int
    """Rotation metadata that was applied (0, 90, 180, 270)."""
    time_s: tuple[float, ...]
    """Per frame, seconds from the first frame; increasing."""
    fps: float
    """Nominal rate, Hz."""
    has_depth: bool
    """Aligned depth in metres exists for each frame."""
    depth_unit_m: float
    """Metres per raw depth unit; 0 without depth."""
    start_frame: int
    """Frame of the file that is frame 0 here; where the spec says that the demonstration starts."""
    reference_frame: int
    """Frame of the scene before the hand enters."""
    reference_image: str | None
    """Name of a separate reference picture (relative path), or null when `reference_frame` is used."""
    notes: tuple[str, ...]
    """What was found and applied (dropped pairs, rotation, duplicate frames)."""
