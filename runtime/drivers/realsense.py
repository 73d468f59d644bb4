"""Pictures of a RealSense camera over pyrealsense2, each with its times and its age: live, or played back from a file.

Never run on a camera: what ran is the maker's software device, and a recorded file played back (docs/drivers.md).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.drivers.device import DeviceRefused
from skillc.runtime.drivers.measurement import CameraFrame, DeviceReport
from skillc.runtime.drivers.picture import Picture, invalid_share
from skillc.runtime.formats.arrays import FloatArray

LOST_S = 1.0
"""ours: a camera that is silent for so long is unplugged or hangs (FAULTS R11); R7 has held the robot long before."""


@dataclass(frozen=True, kw_only=True)
class CameraSettings:
    """One camera and the mode it is to be in."""

    serial: str
    size: tuple[int, int]
    """Width, height of both streams, px."""
    rate_hz: int


class RealSense:
    """A started camera, or what stands for one."""

    def __init__(self, name: str, frames: Any, rate_hz: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Take what hands out framesets (a pipeline or a syncer of pyrealsense2).

        Args:
            name: for messages: the serial number, or the file.
            frames: has `poll_for_frames()`, which never waits.
            rate_hz: pictures a second.
            clock: s, monotonic.
        """
        self._name, self._frames, self._period_s, self._clock = name, frames, 1.0 / rate_hz, clock
        self._newest: Picture | None = None
        self._since_s = clock()

    @classmethod
    def connect(cls, settings: CameraSettings) -> "RealSense":
        """Start the camera with this serial number; raises DeviceRefused if it is not here or not in this mode."""
        import pyrealsense2 as rs

        found = [device.get_info(rs.camera_info.serial_number) for device in rs.context().query_devices()]
        if settings.serial not in found:
            told = ", ".join(found) or "none"
            raise DeviceRefused(f"camera {settings.serial} is not connected (connected: {told}); plug it in")
        config, pipeline = rs.config(), rs.pipeline()
        config.enable_device(settings.serial)
        config.enable_stream(rs.stream.color, *settings.size, rs.format.rgb8, settings.rate_hz)
        config.enable_stream(rs.stream.depth, *settings.size, rs.format.z16, settings.rate_hz)
        try:
            pipeline.start(config)
        except RuntimeError as reason:
            mode = f"{settings.size[0]} x {settings.size[1]} at {settings.rate_hz} Hz"
            raise DeviceRefused(f"camera {settings.serial} does not start in {mode}: {reason}") from reason
        return cls(settings.serial, pipeline, settings.rate_hz)

    @classmethod
    def play(cls, file: Path) -> "RealSense":
        """Play a recorded file at its own pace; raises DeviceRefused if it has no colour and depth to play."""
        import pyrealsense2 as rs

        config, pipeline = rs.config(), rs.pipeline()
        try:
            config.enable_device_from_file(str(file), False)
            profile = pipeline.start(config)
            rate = profile.get_stream(rs.stream.depth).fps()
            profile.get_stream(rs.stream.color)
        except RuntimeError as reason:
            raise DeviceRefused(f"{file} cannot be played back: {reason}") from reason
        return cls(str(file), pipeline, rate)

    def newest(self) -> Picture | None:
        """Return the newest picture with both colour and depth, None before the first; never waits."""
        while True:
            frames = self._frames.poll_for_frames()
            if frames.size() == 0:
                return self._newest
            colour, depth = frames.get_color_frame(), frames.get_depth_frame()
            if colour and depth:
                self._newest = self._picture(colour, depth)
                self._since_s = self._newest.received_s

    def age_s(self) -> float:
        """Return seconds since the newest picture arrived; infinite before the first."""
        return float("inf") if self._newest is None else self._clock() - self._newest.received_s

    def reports(self) -> tuple[DeviceReport, ...]:
        """Return what is wrong with the camera (FAULTS R11)."""
        silent = self._clock() - self._since_s
        if silent <= LOST_S:
            return ()
        told = f"camera {self._name} has sent nothing for {silent:.1f} s; replug it"
        return (DeviceReport(code="R11", fault="camera_lost", message=told),)

    def close(self) -> None:
        """Stop it."""
        if hasattr(self._frames, "stop"):
            self._frames.stop()

    def _picture(self, colour: Any, depth: Any) -> Picture:
        # Copies: the library reuses its buffers.
        depth_m = np.asanyarray(depth.get_data()).astype(np.float64) * depth.get_units()
        lens = depth.get_profile().as_video_stream_profile().get_intrinsics()
        to_colour = depth.get_profile().get_extrinsics_to(colour.get_profile())
        return Picture(
            frame=CameraFrame(
                number=int(depth.get_frame_number()),
                colour_s=colour.get_timestamp() * 1e-3,
                depth_s=depth.get_timestamp() * 1e-3,
                period_s=self._period_s,
                invalid_depth=invalid_share(depth_m),
            ),
            received_s=self._clock(),
            colour=np.asanyarray(colour.get_data()).copy(),
            depth_m=depth_m,
            depth_matrix=np.array([[lens.fx, 0.0, lens.ppx], [0.0, lens.fy, lens.ppy], [0.0, 0.0, 1.0]]),
            T_colour_depth=_transform(to_colour),
        )


def _transform(extrinsics: Any) -> FloatArray:
    """Return T (4, 4) of the maker's extrinsics, whose rotation is stored column by column."""
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = np.reshape(extrinsics.rotation, (3, 3)).T, extrinsics.translation
    return T
