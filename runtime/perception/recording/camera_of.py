"""The camera of a recording, from what the file, the spec and the device table say."""

import math
from dataclasses import dataclass

from skillc.runtime.formats.recording import Camera
from skillc.runtime.perception.recording.faults import InputFault


@dataclass(frozen=True, kw_only=True)
class CameraSpec:
    """What is known about the camera before the file is opened."""

    focal: float | None
    """px, from the spec."""
    focal_width: int | None
    """Width of the picture that focal length and centre belong to, px; the cut picture's when not given."""
    center: tuple[float, float] | None
    """Principal point, px; the picture's centre when not given."""
    sensor: tuple[int, int, float, float] | None
    """Width, height (px), focal (px) and its sigma (px) of the full sensor from the device table."""
    usual: tuple[float, float] | None = None
    """Focal length in picture widths of cameras in use, and its relative sigma, where the calibration finds it out."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """The part of the picture to use, px."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Stream:
    """What every kind of source says about itself."""

    width: int
    height: int
    time_s: tuple[float, ...]
    fps: float
    rotation_deg: int = 0
    intrinsics: tuple[float, float, float, float] | None = None
    """fx, fy, cx, cy of the uncut picture."""
    distortion: tuple[float, ...] = ()
    depth_unit_m: float = 0.0
    notes: tuple[str, ...] = ()


def camera_of(stream: Stream, region: Region, spec: CameraSpec, focal_sigma: float, notes: list[str]) -> Camera:
    """Choose the intrinsics: the spec's focal length, else the file's, else the device table's."""
    scale = region.width / spec.focal_width if spec.focal_width else 1.0
    middle = ((region.width - 1) / 2, (region.height - 1) / 2)
    given = None if spec.center is None else (spec.center[0] * scale, spec.center[1] * scale)
    if spec.focal is not None:
        center = given or middle
        if stream.intrinsics is not None:
            notes.append(f"the spec's focal length {spec.focal:g} px overrules the file's {stream.intrinsics[0]:g} px")
            center = given or (stream.intrinsics[2] - region.x, stream.intrinsics[3] - region.y)
        fx = fy = spec.focal * scale
        cx, cy = center
        sigma = focal_sigma * fx
    elif stream.intrinsics is not None:
        fx, fy, cx, cy = stream.intrinsics
        cx, cy = cx - region.x, cy - region.y
        # The device's own factory calibration; a tenth of a hand-made one.
        sigma = 0.1 * focal_sigma * fx
    elif spec.sensor is not None:
        width, height, focal, sensor_sigma = spec.sensor
        # A stream is the largest centred cut of the sensor with its aspect ratio, scaled.
        zoom = max(region.width / width, region.height / height)
        fx = fy = focal * zoom
        cx, cy = given or middle
        sigma = sensor_sigma * zoom
        notes.append(f"focal length {fx:.0f} +- {sigma:.0f} px from the device table")
    elif spec.usual is not None:
        share, relative = spec.usual
        fx = fy = share * max(region.width, region.height)
        cx, cy = given or middle
        sigma = relative * fx
    else:
        raise InputFault(
            "SK816",
            "the camera's intrinsics are not known: no focal in the spec, none in the recording, no known model",
            "write cameras.main.focal in px, or cameras.main.model",
            about="camera",
        )
    camera = Camera(
        width=region.width,
        height=region.height,
        fx=float(fx),
        fy=float(fy),
        cx=float(cx),
        cy=float(cy),
        distortion=stream.distortion,
        focal_sigma=float(sigma),
    )
    _check_camera(camera)
    return camera


def _check_camera(camera: Camera) -> None:
    if not (0 < camera.fx < math.inf and 0 < camera.fy < math.inf):
        raise InputFault(
            "SK816", f"focal length {camera.fx:g}, {camera.fy:g} px; expected above 0", "correct it", about="camera"
        )
    if not (0 <= camera.cx < camera.width and 0 <= camera.cy < camera.height):
        raise InputFault(
            "SK816",
            f"principal point ({camera.cx:g}, {camera.cy:g}) px lies outside the picture "
            f"of {camera.width}x{camera.height} px",
            "correct the intrinsics; they belong to the picture after the region was cut",
            about="camera",
        )
