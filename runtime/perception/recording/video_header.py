"""What a video file says about itself, read without decoding a picture, and what is wrong with it."""

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av

from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.picture_size import MAX_SIDE

MAX_PIXELS = 2e11
"""Width x height x frames; about an hour and a half of 1920x1080 at 30 Hz, more is a bomb or a mistake."""
MAX_RATE = 240.0
"""Hz."""
MIN_DURATION = 1.0
"""s; shorter holds no demonstration."""


@dataclass(frozen=True, kw_only=True)
class VideoHeader:
    """The header of one video."""

    width: int
    """px, after rotation."""
    height: int
    """px, after rotation."""
    fps: float
    """Nominal rate, Hz."""
    time_s: tuple[float, ...]
    """Presentation times from the packets, s from the first, increasing."""
    rotation_deg: int
    """Rotation the player must apply: 0, 90, 180 or 270 counter-clockwise."""


def read_video_header(path: Path) -> VideoHeader:
    """Return the header of the video at `path`.

    Raises:
        InputFault: SK802 empty, SK803 not a video, SK804 truncated, SK805 too short, SK806 frame rate, SK807 size,
            SK809 too large, SK810 timestamps.
    """
    name = path.name
    container_format = _container_format(path)
    try:
        # The format is fixed by the first bytes, so a playlist cannot make the library open other files or addresses.
        container = av.open(str(path), format=container_format)
    except (av.FFmpegError, OSError) as reason:
        raise InputFault(
            "SK804",
            f"{name}: looks like {container_format.split(',')[0]} but its header is not readable",
            "the file is truncated or damaged: copy or export it again",
        ) from reason
    with container:
        if not container.streams.video:
            raise InputFault("SK803", f"{name}: has no video stream", "give the camera's video file")
        stream = container.streams.video[0]
        width, height = stream.codec_context.width, stream.codec_context.height
        _check_size(name, width, height)
        fps = float(stream.average_rate) if stream.average_rate else float("nan")
        if not (math.isfinite(fps) and 0 < fps <= MAX_RATE):
            raise InputFault(
                "SK806", f"{name}: frame rate {fps:g} Hz; expected above 0 and up to {MAX_RATE:g} Hz", "re-encode it"
            )
        if not stream.frames * width * height <= MAX_PIXELS:
            raise _too_large(name, width, height, stream.frames)
        times = _times(name, container, stream, fps, width * height)
        rotation = _rotation(path, container_format)
    if stream.frames and len(times) < stream.frames * 0.9:
        raise InputFault(
            "SK808",
            f"{name}: header promises {stream.frames} frames, the file holds {len(times)}",
            "the file is cut off: copy or export it again",
        )
    if not times[-1] + 1 / fps >= MIN_DURATION:
        raise InputFault(
            "SK805",
            f"{name}: {len(times)} frames, {times[-1] + 1 / fps:.2f} s; expected at least {MIN_DURATION:g} s",
            "record the whole demonstration",
        )
    if rotation in (90, 270):
        width, height = height, width
    return VideoHeader(width=width, height=height, fps=fps, time_s=times, rotation_deg=rotation)


def _container_format(path: Path) -> str:
    """Return FFmpeg's name of the container that the first bytes show."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise InputFault("SK802", f"{path.name}: is empty (0 bytes)", "copy the recording again")
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "mov,mp4,m4a,3gp,3g2,mj2"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "matroska,webm"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[:1] == b"#" or head[:4].lower() in (b"ffco", b"conc", b"file"):
        raise InputFault(
            "SK803", f"{path.name}: is a playlist or a text file, not a video", "give the video file itself"
        )
    raise InputFault(
        "SK803",
        f"{path.name}: is not a known video file (starts with {head[:8]!r})",
        "give an MP4, MOV, MKV, WebM or AVI file, an RGB-D folder, or a RealSense .db3 or .bag",
    )


def _check_size(name: str, width: int, height: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise InputFault(
            "SK807", f"{name}: picture {width}x{height} px; expected 1 to {MAX_SIDE} px a side", "scale it down"
        )


def _too_large(name: str, width: int, height: int, frames: int) -> InputFault:
    return InputFault(
        "SK809",
        f"{name}: {frames} frames of {width}x{height} px are more than {MAX_PIXELS:.0e} pixels",
        "cut the recording to the demonstration",
    )


def _times(
    name: str, container: av.container.InputContainer, stream: av.VideoStream, fps: float, pixels: int
) -> tuple[float, ...]:
    """Return the presentation times (s) of all packets, sorted and from 0."""
    stamps: list[int] = []
    last_decode = None
    try:
        for packet in container.demux(stream):
            if packet.size == 0:
                continue
            if packet.dts is not None and last_decode is not None and packet.dts < last_decode:
                raise _backwards(name, len(stamps))
            last_decode = packet.dts if packet.dts is not None else last_decode
            stamps.append(packet.pts if packet.pts is not None else len(stamps))
            if len(stamps) * pixels > MAX_PIXELS:
                raise _too_large(name, stream.width, stream.height, len(stamps))
    except av.FFmpegError as reason:
        raise InputFault("SK804", f"{name}: damaged after {len(stamps)} frames", "copy it again") from reason
    if not stamps:
        raise InputFault("SK805", f"{name}: holds 0 frames", "record the whole demonstration")
    if stream.time_base is None:
        return tuple(k / fps for k in range(len(stamps)))
    times = [float((s - min(stamps)) * stream.time_base) for s in sorted(stamps)]
    if any(later <= earlier for earlier, later in pairwise(times)):
        raise _backwards(name, next(k for k in range(1, len(times)) if times[k] <= times[k - 1]))
    return tuple(times)


def _backwards(name: str, frame: int) -> InputFault:
    return InputFault(
        "SK810", f"{name}: time stands still or goes back at frame {frame}; expected increasing times", "re-encode it"
    )


def _rotation(path: Path, container_format: str) -> int:
    """Return the display rotation of the first frame, which is where the library reports it."""
    try:
        with av.open(str(path), format=container_format) as container:
            for frame in container.decode(video=0):
                return int(round((frame.rotation or 0) / 90) % 4 * 90)
    except av.FFmpegError as reason:
        raise InputFault(
            "SK804", f"{path.name}: the first frame cannot be decoded", "copy or export the recording again"
        ) from reason
    raise InputFault("SK805", f"{path.name}: holds 0 frames", "record the whole demonstration")
