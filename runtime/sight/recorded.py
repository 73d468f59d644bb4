"""Pictures of a recorded RGB-D stream (a folder of frames, or a file) at the pace at which they were taken."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from skillc.runtime.drivers.measurement import CameraFrame, DeviceReport
from skillc.runtime.drivers.picture import Picture, invalid_share
from skillc.runtime.perception.recording.camera_of import CameraSpec
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import open_recording
from skillc.runtime.perception.recording.source import read_headers

LOST_S = 1.0
"""ours: as a live camera's: silent for so long, it is unplugged or hangs (FAULTS R11)."""


class RecordedCamera:
    """Plays a recording once; after its last picture it is silent, as a camera that was unplugged."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        """Open a recording; its first picture is of now.

        Args:
            path: an RGB-D folder (color/, depth/, camera.json) or a file of the same kinds that `build` reads.
            clock: s, monotonic.

        Raises:
            InputFault: it cannot be read, or has no depth.
        """
        spec = CameraSpec(focal=None, focal_width=None, center=None, sensor=None)
        header = read_headers(path, path.name, camera=spec, region=None, reference="first", focal_sigma=0.0)
        if not header.has_depth:
            raise InputFault("SK816", f"{path} has no depth", "locating objects takes an RGB-D recording")
        self._header, self._path, self._clock, self._began_s = header, path, clock, clock()
        self._reader = open_recording(header, lambda name: path)
        camera = header.camera
        self._matrix = np.array([[camera.fx, 0.0, camera.cx], [0.0, camera.fy, camera.cy], [0.0, 0.0, 1.0]])
        self._newest: Picture | None = None
        self._index = -1

    def newest(self) -> Picture | None:
        """Return the picture of this moment; what was missed meanwhile is not made up for."""
        passed = self._clock() - self._began_s
        due = int(np.searchsorted(self._header.time_s, passed + 1e-9, side="right")) - 1
        if due > self._index:
            self._index, self._newest = due, self._read(due)
        return self._newest

    def age_s(self) -> float:
        """Return seconds since the newest picture's moment; infinite before the first."""
        return float("inf") if self._newest is None else self._clock() - self._newest.received_s

    def reports(self) -> tuple[DeviceReport, ...]:
        """Return that the stream ended (FAULTS R11)."""
        silent = self.age_s()
        if self._newest is None or silent <= LOST_S:
            return ()
        told = f"the recorded camera {self._path} has shown nothing for {silent:.1f} s; it ends there"
        return (DeviceReport(code="R11", fault="camera_lost", message=told),)

    def close(self) -> None:
        """Close the recording."""
        self._reader.close()

    def _read(self, index: int) -> Picture:
        depth = self._reader.depth(index)
        assert depth is not None
        filled, at = np.nan_to_num(depth, nan=0.0), self._header.time_s[index]
        return Picture(
            frame=CameraFrame(
                number=index,
                colour_s=at,
                depth_s=at,
                period_s=1.0 / self._header.fps,
                invalid_depth=invalid_share(filled),
            ),
            received_s=self._began_s + at,
            colour=self._reader.color(index),
            depth_m=filled,
            depth_matrix=self._matrix,
            T_colour_depth=np.eye(4),
        )
