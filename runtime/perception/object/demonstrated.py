"""What is known about a demonstration before its object's motion is."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.formats.twin import Twin
from skillc.runtime.perception.object.motion_settings import MotionSettings
from skillc.runtime.perception.object.point_motion import first_motion
from skillc.runtime.perception.recording.frames import FrameReader


@dataclass(frozen=True, kw_only=True)
class Demonstrated:
    """What is known about the demonstration before the object's motion is."""

    reader: FrameReader
    calibration: Calibration
    twin: Twin
    """Its manipulated object is followed."""
    mask: BoolArray
    """(H, W) that object's pixels in the reference picture."""
    tracks: Tracks
    mine: BoolArray
    """(K,) which of the tracked points are on the object."""
    target: BoolArray
    """(K,) which are on the target."""
    landmarks: Landmarks

    @property
    def time_s(self) -> FloatArray:
        """(T,)."""
        return np.asarray(self.reader.recording.time_s)

    def onset(self, settings: MotionSettings) -> int:
        """Return the last frame at rest."""
        unit, reference = self.calibration.camera.width / 960, self.reader.recording.reference_frame
        return first_motion(self.tracks, self.mine, self.time_s, reference, settings, unit)
