"""Stage `recording`: the demonstration's frames, checked, with intrinsics, times and reference frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.recording.camera_of import CameraSpec


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """What the spec says about the recording."""

    file: str
    region: Mapping[str, int] | None
    """x, y, width, height of the part of the picture to use, px."""
    reference: str | int
    """"first", a frame, or a picture's file."""
    focal_sigma: float
    """Relative, of a focal length that the spec states."""
    start: float = 0.0
    """s of the recording, from its first frame."""
    end: float | None = None
    """s; None for all that follows."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    demonstrations, own = spec.section("demonstrations"), spec.section("method.stages.recording")
    return {
        "demonstration": {
            "file": demonstrations.get("recording"),
            "region": _whole(demonstrations.get("region")),
            "reference": demonstrations.get("reference", "first"),
            **taken(demonstrations, "start", "end"),
            **taken(own, "focal_sigma"),
        },
        "camera": _camera(fixed_camera(spec), own),
        "frames": taken(
            own,
            *("black_level", "frozen_level", "sharpness", "depth_valid"),
            depth_near_m="depth_near",
            depth_far_m="depth_far",
        ),
    }


def _whole(region: Mapping[str, JSON] | None) -> dict[str, JSON] | None:
    """Return a region with whole numbers as such, whether they were written with their unit or without."""
    return None if region is None else {k: int(v) if float(v).is_integer() else v for k, v in region.items()}


def _refuse(parameters: Mapping[str, JSON]) -> None:
    for key, value in (parameters["demonstration"]["region"] or {}).items():
        if not isinstance(value, int):
            told = f"the region's {key} is {value:g} px; expected whole pixels"
            raise StageError("SK817", told, "round it", f"demonstrations.region.{key}")
    if parameters["demonstration"]["file"] is None:
        raise StageError(
            "SK801", "the spec names no recording", "write `demonstrations: {recording: FILE}`", "demonstrations"
        )


def recorded(spec: ResolvedSpec) -> tuple[str, ...]:
    """Return the recording's file and its reference picture; none where the spec names none (a draft)."""
    demonstrations = spec.section("demonstrations")
    name, reference = demonstrations.get("recording"), demonstrations.get("reference", "first")
    picture = (reference,) if isinstance(reference, str) and reference != "first" else ()
    return () if name is None else (str(name), *picture)


def fixed_camera_name(spec: ResolvedSpec) -> str:
    """Return the camera that saw the demonstration: `main`, else the first one that no robot link carries."""
    fixed = [name for name, camera in spec.section("cameras").items() if "mounted_on" not in camera]
    return "main" if "main" in fixed or not fixed else fixed[0]


def fixed_camera(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what the spec says of the camera that saw the demonstration."""
    return spec.section(f"cameras.{fixed_camera_name(spec)}")


@cache
def _device(model: str | None) -> dict[str, float] | None:
    """Return the device table's sensor size and focal length, px, or None for an unknown camera."""
    file = resources.files("skillc.specs") / "hardware" / "cameras" / f"{model}.yaml"
    if model is None or not file.is_file():
        return None
    table = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {k: float(v["value"].removesuffix(" px")) for k, v in table.items() if isinstance(v, dict)}


def _camera(camera: Mapping[str, JSON], own: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return what is known about the camera, as `CameraSpec` takes it; `own` are the stage's settings."""
    center, resolution, device = camera.get("center"), camera.get("resolution"), _device(camera.get("model"))
    sensor = ("width", "height", "focal", "focal_sigma")
    return {
        "focal": camera.get("focal"),
        "focal_width": None if resolution is None else resolution["width"],
        "center": None if center is None else [center["x"], center["y"]],
        "sensor": None if device is None else [device[k] for k in sensor],
        "usual": [own["usual_focal"], own["usual_focal_sigma"]]
        if _finds_focal(camera) and "usual_focal" in own
        else None,
    }


def _finds_focal(camera: Mapping[str, JSON]) -> bool:
    """Whether the calibration shows enough of the table to find the focal length out with the camera's place."""
    return bool({"points", "sheet", "board"} & dict(camera.get("calibration") or {}).keys())


WRITTEN = {
    "recording": "demonstrations.recording",
    "region": "demonstrations.region",
    "reference": "demonstrations.reference",
    "camera": "cameras",
    "start": "demonstrations.start",
    "end": "demonstrations.end",
}
"""What a fault is about -> where the spec says it."""


def _at_its_line(fault: InputFault) -> StageError:
    return StageError(fault.code, fault.message, fault.hint, WRITTEN[fault.about])


def _inspect(parameters: Mapping[str, JSON], find_data: Callable[[str], Path]) -> None:
    file = find_data(parameters["demonstration"]["file"])
    # Only now: what reads videos is loaded where there is one.
    from skillc.runtime.formats.records import from_json
    from skillc.runtime.perception.recording.camera_of import CameraSpec
    from skillc.runtime.perception.recording.frames import read_reference

    demonstration = from_json(Demonstration, parameters["demonstration"])
    try:
        found = _headers(file, demonstration, from_json(CameraSpec, parameters["camera"]))
        if found.reference_image is not None:
            read_reference(found, find_data(found.reference_image))
    except InputFault as fault:
        raise _at_its_line(fault) from fault


def _headers(file: Path, demonstration: Demonstration, camera: CameraSpec) -> Recording:
    """Return the recording as far as headers show."""
    from skillc.runtime.perception.recording.camera_of import Region
    from skillc.runtime.perception.recording.source import RecordedPart, read_headers

    region = demonstration.region
    return read_headers(
        file,
        demonstration.file,
        camera=camera,
        region=None if region is None else Region(**region),
        reference=demonstration.reference,
        focal_sigma=demonstration.focal_sigma,
        span=RecordedPart(start_s=demonstration.start, end_s=demonstration.end),
    )


def _run(context: StageContext) -> None:
    from skillc.runtime.perception.recording.camera_of import CameraSpec
    from skillc.runtime.perception.recording.source import with_digest

    demonstration = context.read("demonstration", Demonstration)
    file = context.find_data(demonstration.file)
    context.progress(0.0, "reading the recording's header")
    try:
        recording = with_digest(_headers(file, demonstration, context.read("camera", CameraSpec)), file)
        recording = _checked(recording, context, first=demonstration.reference == "first")
    except InputFault as fault:
        raise _at_its_line(fault) from fault
    for note in recording.notes:
        context.warn("SK811", note, "demonstrations.recording")
    recording.save(context.out / "recording.json")
    context.progress(1.0, f"{len(recording.time_s)} frames at {recording.fps:g} Hz")


def _checked(recording: Recording, context: StageContext, *, first: bool) -> Recording:
    """Look at every frame; `reference: first` becomes the first one that shows the scene.

    A hand already in view there does not matter: later hand-free frames would show the scene after the task.
    """
    from skillc.runtime.perception.recording.check import FrameCheckParameters, check_frames
    from skillc.runtime.perception.recording.frames import open_recording

    limits = context.read("frames", FrameCheckParameters)
    with open_recording(recording, context.find_data) as reader:
        shows, remarks = check_frames(reader, limits, lambda share: context.progress(share, "looking at the frames"))
    if first:
        recording = replace(recording, reference_frame=shows)
    return replace(recording, notes=(*recording.notes, *remarks))


STAGE = Stage(
    name="recording",
    needs=(),
    makes=("recording.json",),
    code=("skillc.compiler.stages.demonstration.recording",),
    parameters=_parameters,
    run=_run,
    files=recorded,
    refuse=_refuse,
    inspect=_inspect,
)
