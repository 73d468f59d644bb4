"""Recordings of an Intel RealSense: two streams with their own lenses and clocks, paired and aligned frame by frame."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.perception.recording.depth_alignment import align_depth
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.video import cut


@dataclass(frozen=True, kw_only=True)
class RealSenseFile:
    """An opened file; frames are read when asked for."""

    name: str
    color: Camera
    depth: Camera | None
    """None in a recording without a depth stream."""
    T_color_depth: FloatArray
    """(4, 4)."""
    depth_unit_m: float
    color_times_s: tuple[float, ...]
    depth_times_s: tuple[float, ...]
    read_color: Callable[[int], Image]
    """Index in the colour stream -> (H, W, 3) uint8 RGB."""
    read_depth: Callable[[int], FloatArray]
    """Index in the depth stream -> (h, w) raw units."""
    close: Callable[[], None]


class Streams(Protocol):
    """What every form of file tells of its streams, which are called "Color" and "Depth"."""

    def camera(self, stream: str) -> Camera | None:
        """Return the stream's intrinsics, or None if there is no such stream."""

    def pose(self, stream: str) -> FloatArray:
        """Return T_stream_reference (4, 4); identity when the file says nothing."""

    def depth_unit(self) -> float:
        """Return metres per raw depth unit."""

    def times(self, stream: str) -> tuple[float, ...]:
        """Return the device's time of each frame, s."""

    def color(self, index: int) -> Image:
        """Return colour frame `index`."""

    def depth(self, index: int) -> FloatArray:
        """Return depth frame `index` in raw units."""

    def close(self) -> None:
        """Close the file."""


def described(name: str, streams: Streams) -> RealSenseFile:
    """Return an opened file.

    Raises:
        InputFault: SK816 without a colour stream.
    """
    color, depth = streams.camera("Color"), streams.camera("Depth")
    if color is None:
        raise InputFault("SK816", f"{name}: has no colour stream", "record the colour stream")
    return RealSenseFile(
        name=name,
        color=color,
        depth=depth,
        T_color_depth=streams.pose("Color") @ se3.inverse(streams.pose("Depth")),
        depth_unit_m=0.0 if depth is None else streams.depth_unit(),
        color_times_s=streams.times("Color"),
        depth_times_s=streams.times("Depth"),
        read_color=streams.color,
        read_depth=streams.depth,
        close=streams.close,
    )


def damaged(name: str, reason: Exception) -> InputFault:
    """Return what to say of a file that cannot be read."""
    return InputFault("SK804", f"{name}: damaged recording: {reason}", "record or copy it again")


def without_rosbags() -> InputFault:
    """Return what to say where the package that knows the messages is missing."""
    return InputFault("SK831", "reading RealSense files needs the package rosbags", "pip install 'skillc[hardware]'")


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Which colour frame goes with which depth frame."""

    color: tuple[int, ...]
    depth: tuple[int, ...]
    """Empty without a depth stream."""
    dropped: int
    """Colour frames without a depth frame close enough in time."""


def pair_frames(file: RealSenseFile) -> Pairs:
    """Return pairs not more than one frame apart; each depth frame is used once.

    Raises:
        InputFault: SK805 without colour frames, SK813 when no pair is left.
    """
    times = np.asarray(file.color_times_s)
    if not len(times):
        raise InputFault("SK805", f"{file.name}: holds 0 colour frames", "record colour and depth")
    if file.depth is None:
        return Pairs(color=tuple(range(len(times))), depth=(), dropped=0)
    depth_times = np.asarray(file.depth_times_s)
    if not len(depth_times):
        raise InputFault("SK813", f"{file.name}: {len(times)} colour frames, 0 depth frames", "record both streams")
    steps = [float(np.median(np.diff(t))) for t in (times, depth_times) if len(t) > 1]
    period = max(steps, default=1.0 / 30)
    color: list[int] = []
    depth: list[int] = []
    for index, time in enumerate(times):
        nearest = int(np.argmin(np.abs(depth_times - time)))
        if abs(depth_times[nearest] - time) <= period and (not depth or nearest > depth[-1]):
            color.append(index)
            depth.append(nearest)
    if not color:
        raise InputFault(
            "SK813",
            f"{file.name}: no depth frame within {period * 1e3:.0f} ms of any colour frame",
            "record both streams with synchronised clocks",
        )
    return Pairs(color=tuple(color), depth=tuple(depth), dropped=len(times) - len(color))


class RealSenseSource:
    """Paired frames of a RealSense file, depth aligned to colour, cut to the region."""

    def __init__(self, file: RealSenseFile, region: tuple[int, int, int, int]) -> None:
        """Pair the frames of `file`; `region` is x, y, width, height in the colour picture, px."""
        self._file, self._region, self._pairs = file, region, pair_frames(file)

    def __len__(self) -> int:
        return len(self._pairs.color)

    def color(self, index: int) -> Image:
        """Return frame `index`."""
        return cut(self._file.read_color(self._pairs.color[index]), self._region)

    def depth(self, index: int) -> FloatArray | None:
        """Return frame `index` in metres, aligned to colour; None without a depth stream."""
        if self._file.depth is None:
            return None
        raw = self._file.read_depth(self._pairs.depth[index])
        metres = np.where(raw > 0, raw * self._file.depth_unit_m, np.nan)
        aligned = align_depth(metres, self._file.depth, self._file.color, self._file.T_color_depth)
        x, y, width, height = self._region
        return np.ascontiguousarray(aligned[y : y + height, x : x + width])

    def close(self) -> None:
        """Close the file."""
        self._file.close()
