"""Turn an input file or folder and what the spec says about it into a validated `Recording`."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from skillc.runtime.formats.recording import Recording, Source
from skillc.runtime.perception.recording import rgbd_folder
from skillc.runtime.perception.recording.camera_of import CameraSpec, Region, Stream, camera_of
from skillc.runtime.perception.recording.faults import InputFault, Subject
from skillc.runtime.perception.recording.frames import digest, read_picture
from skillc.runtime.perception.recording.picture_size import MAX_SIDE
from skillc.runtime.perception.recording.video_header import MAX_RATE, MIN_DURATION, read_video_header

Kind = Literal["video", "rgbd_folder", "realsense_db3", "realsense_bag"]

MOST_BYTES = 16 << 20
"""Of camera.json: a million frame times and more."""
LARGEST = 2**53
"""Whole numbers of camera.json stay below; JSON knows larger ones than a float holds."""


@dataclass(frozen=True, kw_only=True)
class RecordedPart:
    """The part of a recording that is the demonstration."""

    start_s: float = 0.0
    """From the recording's first frame."""
    end_s: float | None = None
    """None for all that follows."""


WHOLE = RecordedPart()


def describe(
    path: Path,
    name: str,
    *,
    camera: CameraSpec,
    region: Region | None,
    reference: str | int | None,
    focal_sigma: float,
) -> Recording:
    """Return the recording at `path`, checked as far as headers show; arguments and faults as of `read_headers`."""
    found = read_headers(path, name, camera=camera, region=region, reference=reference, focal_sigma=focal_sigma)
    return with_digest(found, path)


def with_digest(recording: Recording, path: Path) -> Recording:
    """Return a recording of `read_headers` with the digest of its file or folder at `path`."""
    return replace(recording, source=Source(path=recording.source.path, sha256=digest(path)))


def read_headers(
    path: Path,
    name: str,
    *,
    camera: CameraSpec,
    region: Region | None,
    reference: str | int | None,
    focal_sigma: float,
    span: RecordedPart = WHOLE,
) -> Recording:
    """Return the recording at `path` without its digest, so that no byte of a picture need be read.

    Args:
        path: the file or folder.
        name: its relative path as the spec writes it.
        camera: intrinsics from spec and device table.
        region: cut of the picture, or None for all of it.
        reference: "first", a frame number, or the relative path of a picture.
        focal_sigma: relative standard deviation of a focal length given without one.
        span: the part of it to use; frames count from its start.

    Raises:
        InputFault: SK801 to SK817, SK837.
    """
    kind = source_kind(path)
    whole = _read(path, kind)
    start, stop = _frames_of(span, whole.time_s)
    stream = replace(whole, time_s=tuple(t - whole.time_s[start] for t in whole.time_s[start:stop]))
    cut = region or Region(x=0, y=0, width=stream.width, height=stream.height)
    if (
        cut.x < 0
        or cut.y < 0
        or cut.width <= 0
        or cut.height <= 0
        or (cut.x + cut.width > stream.width or cut.y + cut.height > stream.height)
    ):
        raise InputFault(
            "SK817",
            f"region {cut.width}x{cut.height} at ({cut.x}, {cut.y}) leaves the picture "
            f"of {stream.width}x{stream.height} px",
            "correct demonstrations.region",
            about="region",
        )
    notes = list(stream.notes)
    if stream.rotation_deg:
        notes.append(f"rotation of {stream.rotation_deg} degrees from the file's metadata was applied")
    first, picture = 0, None
    if isinstance(reference, int):
        if not 0 <= reference < len(stream.time_s):
            raise InputFault(
                "SK817",
                f"reference frame {reference} of {len(stream.time_s)} frames",
                f"expected 0 to {len(stream.time_s) - 1}",
                about="reference",
            )
        first = reference
    elif reference not in (None, "first"):
        picture = reference
    return Recording(
        kind=kind,
        source=Source(path=name, sha256=""),
        camera=camera_of(stream, cut, camera, focal_sigma, notes),
        region=(cut.x, cut.y, cut.width, cut.height),
        rotation_deg=stream.rotation_deg,
        time_s=stream.time_s,
        fps=stream.fps,
        has_depth=stream.depth_unit_m > 0,
        start_frame=start,
        depth_unit_m=stream.depth_unit_m,
        reference_frame=first,
        reference_image=picture,
        notes=tuple(notes),
    )


def _frames_of(span: RecordedPart, time_s: tuple[float, ...]) -> tuple[int, int]:
    """Return the first frame of a span and the one after its last."""
    if span == WHOLE:
        return 0, len(time_s)
    end_s, last_s = time_s[-1] if span.end_s is None else span.end_s, time_s[-1]
    period = last_s / max(1, len(time_s) - 1)
    places: tuple[tuple[Subject, float], ...] = (("start", span.start_s), ("end", end_s))
    for name, at in places:
        if not 0 <= at <= last_s + 2 * period:
            told = f"the demonstration's {name} is at {at:g} s of a recording of {last_s + period:.2f} s"
            raise InputFault("SK837", told, f"correct demonstrations.{name}", about=name)
    if not end_s - span.start_s >= MIN_DURATION:
        told = f"from {span.start_s:g} s to {end_s:g} s it is shorter than {MIN_DURATION:g} s"
        raise InputFault("SK837", told, "correct demonstrations.start and end", about="end")
    inside = [k for k, t in enumerate(time_s) if span.start_s - period / 2 <= t <= end_s + period / 2]
    return inside[0], inside[-1] + 1


def source_kind(path: Path) -> Kind:
    """Return which reader a file or folder needs, by its first bytes.

    Raises:
        InputFault: SK801 missing, SK802 empty, SK803 a folder without pictures.
    """
    if not path.exists():
        raise InputFault("SK801", f"recording {path.name} not found", "pass --data DIR or set SKILLC_DATA")
    if path.is_dir():
        if not (path / "color").is_dir():
            raise InputFault("SK803", f"{path.name}: a folder without color/", "expected color/, depth/, camera.json")
        return "rgbd_folder"
    if not path.is_file():
        raise InputFault("SK803", f"{path.name}: is a pipe or a device, not a recording", "give the file itself")
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"SQLite format 3"):
        return "realsense_db3"
    if head.startswith(b"#ROSBAG V2.0"):
        return "realsense_bag"
    return "video"


def _read(path: Path, kind: Kind) -> Stream:
    if kind == "video":
        header = read_video_header(path)
        return Stream(
            width=header.width,
            height=header.height,
            time_s=header.time_s,
            fps=header.fps,
            rotation_deg=header.rotation_deg,
        )
    if kind == "rgbd_folder":
        return _read_folder(path)
    return _read_realsense(path, kind)


def _read_realsense(path: Path, kind: Kind) -> Stream:
    from skillc.runtime.perception.recording.realsense import pair_frames  # brings scipy

    if kind == "realsense_db3":
        from skillc.runtime.perception.recording.realsense_db3 import open_db3

        file = open_db3(path)
    else:
        from skillc.runtime.perception.recording.realsense_bag import open_bag

        file = open_bag(path)
    pairs = pair_frames(file)
    times = tuple(file.color_times_s[k] - file.color_times_s[pairs.color[0]] for k in pairs.color)
    file.close()
    if any(not later > earlier for earlier, later in pairwise(times)):
        raise InputFault("SK810", f"{path.name}: time stands still or goes back", "record it again")
    fps = (len(times) - 1) / times[-1] if len(times) > 1 else 0.0
    if not times[-1] + (1 / fps if fps else 0.0) >= MIN_DURATION:
        raise InputFault(
            "SK805",
            f"{path.name}: {len(times)} paired frames, {times[-1]:.2f} s; expected at least {MIN_DURATION:g} s",
            "record the whole demonstration",
        )
    dropped = f"{pairs.dropped} colour frames without a depth frame within one period were dropped"
    camera = file.color
    return Stream(
        width=camera.width,
        height=camera.height,
        time_s=times,
        fps=fps,
        intrinsics=(camera.fx, camera.fy, camera.cx, camera.cy),
        distortion=camera.distortion,
        depth_unit_m=file.depth_unit_m,
        notes=(dropped,) if pairs.dropped else (),
    )


def _read_folder(path: Path) -> Stream:
    color, depth = rgbd_folder.pictures(path / "color"), rgbd_folder.pictures(path / "depth")
    if not color:
        raise InputFault("SK805", f"{path.name}/color: holds 0 pictures", "expected PNG or JPEG files")
    if depth and len(depth) != len(color):
        raise InputFault(
            "SK813",
            f"{path.name}: {len(color)} colour and {len(depth)} depth frames; expected as many",
            "export both streams aligned, one depth picture per colour picture",
        )
    about = _camera_json(path)
    first = read_picture(color[0])
    height, width = first.shape[:2]
    if max(width, height) > MAX_SIDE:
        raise InputFault("SK807", f"{path.name}: pictures of {width}x{height} px; expected up to {MAX_SIDE}", "")
    notes = []
    if depth:
        raw = rgbd_folder.read_depth(depth[0])
        if raw.shape != (height, width):
            raise InputFault(
                "SK813",
                f"{path.name}: depth is {raw.shape[1]}x{raw.shape[0]} px, colour {width}x{height} px",
                "export depth aligned to colour",
            )
    unit = _numbers(path, about, "depth_unit_m", [0.001])[0] if depth else 0.0
    if depth and "depth_unit_m" not in about:
        notes.append("no depth_unit_m in camera.json: depth is read as millimetres")
    fps = _numbers(path, about, "fps", [30.0])[0]
    if "fps" not in about and "time_s" not in about:
        notes.append("no fps in camera.json: 30 Hz is assumed")
    if not (math.isfinite(fps) and 0 < fps <= MAX_RATE):
        raise InputFault("SK806", f"{path.name}/camera.json: fps {fps:g}; expected 0 to {MAX_RATE:g}", "correct it")
    times = tuple(_numbers(path, about, "time_s", [k / fps for k in range(len(color))]))
    if len(times) != len(color):
        raise InputFault("SK808", f"{path.name}: {len(times)} times for {len(color)} frames", "correct camera.json")
    if any(not later > earlier for earlier, later in pairwise(times)):
        raise InputFault("SK810", f"{path.name}/camera.json: time_s does not increase", "correct it")
    if not times[-1] - times[0] + 1 / fps >= MIN_DURATION:
        raise InputFault("SK805", f"{path.name}: {len(color)} frames, less than {MIN_DURATION:g} s", "record longer")
    intrinsics = None
    if "fx" in about:
        values = [_numbers(path, about, key, [math.nan])[0] for key in ("fx", "fy", "cx", "cy")]
        intrinsics = (values[0], values[1], values[2], values[3])
    return Stream(
        width=width,
        height=height,
        time_s=tuple(t - times[0] for t in times),
        fps=fps,
        intrinsics=intrinsics,
        distortion=tuple(_numbers(path, about, "distortion", [])),
        depth_unit_m=unit,
        notes=tuple(notes),
    )


def _camera_json(path: Path) -> Mapping[str, Any]:
    file = path / "camera.json"
    if not file.is_file():
        return {}
    if file.stat().st_size > MOST_BYTES:
        raise InputFault("SK816", f"{path.name}/camera.json: larger than {MOST_BYTES} bytes", "correct it")
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as reason:
        raise InputFault("SK816", f"{path.name}/camera.json: not valid JSON: {reason}", "correct it") from reason
    if not isinstance(data, dict):
        raise InputFault("SK816", f"{path.name}/camera.json: expected an object with fx, fy, cx, cy", "correct it")
    return data


def _numbers(path: Path, about: Mapping[str, Any], key: str, default: list[float]) -> list[float]:
    """Return one number or a list of numbers of camera.json as a list."""
    found = about.get(key, default)
    values = found if isinstance(found, list) else [found]
    if not all(isinstance(v, float) or (type(v) is int and abs(v) < LARGEST) for v in values):
        raise InputFault("SK816", f"{path.name}/camera.json: {key} is {found!r:.60}; expected numbers", "correct it")
    if default and not values:
        raise InputFault("SK816", f"{path.name}/camera.json: {key} is empty", "correct it")
    return [float(v) for v in values]
