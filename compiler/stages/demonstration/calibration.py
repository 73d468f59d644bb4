"""Stage `calibration`: where the camera is in the table frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.demonstration.recording import fixed_camera, fixed_camera_name, recorded
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.camera.calibration import TagTarget


@dataclass(frozen=True, kw_only=True)
class Marker:
    """How the spec says that the camera's place is known; nothing of it where the spec does not say."""

    file: str | None = None
    """A calibration measured before."""
    tag: str | None = None
    """Family of a printed tag."""
    id: int = 0
    size: float | None = None
    """m, of the tag's inner square."""
    print_width: float | None = None
    """m, of the whole print, where the size is not given."""


@dataclass(frozen=True, kw_only=True)
class ChosenCamera:
    """The camera that saw the demonstration."""

    path: str
    """Spec path."""


@dataclass(frozen=True, kw_only=True)
class PlaneDepth:
    """How much depth is looked at."""

    frames: int


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.calibration")
    return {
        "camera": {"path": f"cameras.{fixed_camera_name(spec)}"},
        "marker": dict(fixed_camera(spec).get("calibration") or {}),
        "tag": taken(own, "frames", "size_sigma", corner_sigma_px="corner_sigma", moved_px="moved"),
        "plane": taken(
            own,
            reach_m="plane_reach",
            inlier_m="plane_inlier",
            tilt="plane_tilt",
            scale="plane_scale",
            least_points="plane_points",
        ),
        "depth": taken(own, frames="depth_frames"),
    }


def _refuse(parameters: Mapping[str, JSON]) -> None:
    marker, where = parameters["marker"], parameters["camera"]["path"]
    if "file" in marker:
        return
    if "tag" not in marker:
        raise StageError(
            "SK820", "the spec does not say how the camera's place is known", "write `calibration` there", where
        )
    if "size" not in marker and "print_width" not in marker:
        raise StageError(
            "SK857",
            f"nothing says how large the tag {marker['tag']} is",
            "write `size`, the side of its corner square, or `print_width`, the width of the print",
            f"{where}.calibration",
        )


def _inspect(parameters: Mapping[str, JSON], find_data: Callable[[str], Path]) -> None:
    if "file" in parameters["marker"]:
        _loaded(parameters["marker"]["file"], find_data, parameters["camera"]["path"])


def _loaded(name: str, find_data: Callable[[str], Path], camera: str) -> Calibration:
    """Return a calibration measured before; `camera` is the spec path of its camera."""
    file = find_data(name)
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.codec import FormatError

    try:
        return Calibration.load(file)
    except FormatError as reason:
        raise StageError(
            "SK826", str(reason), "make it with: skillc calibrate camera", f"{camera}.calibration.file"
        ) from reason


def _target(family: str, marker: Marker) -> TagTarget:
    from skillc.runtime.perception.camera.calibration import TagTarget
    from skillc.runtime.perception.camera.tag_families import print_width_to_size

    size = print_width_to_size(family, marker.print_width or 0.0) if marker.size is None else marker.size
    return TagTarget(family=family, id=marker.id, size_m=size)


def _given(context: StageContext, name: str, recording: Recording, where: str) -> Calibration:
    """Return a calibration measured before; it must be of a camera with these very optics."""
    given = _loaded(name, context.find_data, where)
    camera = recording.camera
    same_size = (given.camera.width, given.camera.height) == (camera.width, camera.height)
    if not same_size or not abs(given.camera.fx - camera.fx) <= 3 * max(camera.focal_sigma, 0.01 * camera.fx):
        raise StageError(
            "SK826",
            f"{name} is of a camera {given.camera.width}x{given.camera.height} px, focal {given.camera.fx:.0f} px; "
            f"the recording's is {camera.width}x{camera.height} px, focal {camera.fx:.0f} px",
            "calibrate the camera in the mode it records in",
            f"{where}.calibration.file",
        )
    return replace(given, source="given")


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.camera.calibration import TagParameters, calibrate_from_tag
    from skillc.runtime.perception.camera.table_plane import PlaneParameters, refine_with_depth
    from skillc.runtime.perception.recording.frames import median_depth, open_recording

    _refuse(context.parameters)
    marker, where = context.read("marker", Marker), context.read("camera", ChosenCamera).path
    recording = context.made.load(Recording)
    if marker.file is not None:
        _given(context, marker.file, recording, where).save(context.out / "calibration.json")
        return
    context.progress(0.0, "looking for the tag")
    try:
        with open_recording(recording, context.find_data) as reader:
            calibration, remarks = calibrate_from_tag(
                reader,
                _target(str(marker.tag), marker),
                context.read("tag", TagParameters),
            )
            if recording.has_depth:
                context.progress(0.7, "fitting the table plane")
                depth = median_depth(reader, context.read("depth", PlaneDepth).frames)
                plane = context.read("plane", PlaneParameters)
                calibration = refine_with_depth(calibration, depth, plane, np.random.default_rng(0))
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, f"{where}.calibration") from fault
    for remark in remarks:
        context.warn("SK824", remark, f"{where}.calibration")
    calibration.save(context.out / "calibration.json")
    context.progress(1.0, f"tag corners fit to {calibration.reprojection_rms_px:.2f} px")


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    file = (fixed_camera(spec).get("calibration") or {}).get("file")
    return (*recorded(spec), *([str(file)] if file else []))


STAGE = Stage(
    name="calibration",
    needs=("recording",),
    makes=("calibration.json",),
    code=("skillc.compiler.stages.demonstration.calibration",),
    parameters=_parameters,
    run=_run,
    files=_files,
    refuse=_refuse,
    inspect=_inspect,
)
