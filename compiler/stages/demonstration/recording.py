"""Stage `recording`: the demonstration's frames, checked, with intrinsics, times and reference frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.recording.source import CameraSpec


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    demonstrations, camera = spec.section("demonstrations"), fixed_camera(spec)
    return {
        "recording": demonstrations.get("recording"),
        "region": demonstrations.get("region"),
        "reference": demonstrations.get("reference", "first"),
        "camera": {k: v for k, v in camera.items() if k != "calibration"},
        "device": _device(camera.get("model")),
        **spec.section("method.stages.recording"),
    }


def _refuse(parameters: Mapping[str, JSON]) -> None:
    if parameters["recording"] is None:
        raise StageError(
            "SK801", "the spec names no recording", "write `demonstrations: {recording: FILE}`", "demonstrations"
        )


def recorded(spec: ResolvedSpec) -> tuple[str, ...]:
    """Return the recording's file; none where the spec names none (a draft, which may be compared but not built)."""
    name = spec.section("demonstrations").get("recording")
    return () if name is None else (str(name),)


def fixed_camera(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return the camera that saw the demonstration: `main`, else the first one that no robot link carries."""
    cameras = spec.section("cameras")
    fixed = [name for name, camera in cameras.items() if "mounted_on" not in camera]
    name = "main" if "main" in fixed or not fixed else fixed[0]
    return dict(cameras.get(name, {}))


def _device(model: str | None) -> dict[str, float] | None:
    """Return the device table's sensor size and focal length, px, or None for an unknown camera."""
    file = resources.files("skillc.specs") / "hardware" / "cameras" / f"{model}.yaml"
    if model is None or not file.is_file():
        return None
    table = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {k: float(v["value"].removesuffix(" px")) for k, v in table.items() if isinstance(v, dict)}


def _camera_spec(camera: dict[str, Any], device: dict[str, float] | None) -> CameraSpec:
    from skillc.runtime.perception.recording.source import CameraSpec

    center = camera.get("center")
    resolution = camera.get("resolution")
    sensor = None
    if device is not None:
        sensor = (int(device["width"]), int(device["height"]), device["focal"], device["focal_sigma"])
    return CameraSpec(
        focal=camera.get("focal"),
        focal_width=None if resolution is None else int(resolution["width"]),
        center=None if center is None else (center["x"], center["y"]),
        sensor=sensor,
    )


def _run(context: StageContext) -> None:
    from skillc.runtime.perception.recording.source import Region, describe

    p = context.parameters
    region = None if p["region"] is None else Region(**{k: int(v) for k, v in p["region"].items()})
    context.progress(0.0, "reading the recording's header")
    try:
        recording = describe(
            context.find_data(p["recording"]),
            p["recording"],
            camera=_camera_spec(p["camera"], p["device"]),
            region=region,
            reference=p["reference"],
            focal_sigma=p["focal_sigma"],
        )
        recording = _checked(recording, context)
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, "demonstrations.recording") from fault
    for note in recording.notes:
        context.warn("SK811", note, "demonstrations.recording")
    recording.save(context.out / "recording.json")
    context.progress(1.0, f"{len(recording.time_s)} frames at {recording.fps:g} Hz")


def _checked(recording: Recording, context: StageContext) -> Recording:
    """Look at every frame; `reference: first` becomes the first one that shows the scene.

    A hand already in view there does not matter: later hand-free frames would show the scene after the task.
    """
    from skillc.runtime.perception.recording.check import FrameCheckParameters, check_frames
    from skillc.runtime.perception.recording.frames import open_recording

    p = context.parameters
    limits = FrameCheckParameters(
        black_level=p["black_level"],
        frozen_level=p["frozen_level"],
        sharpness=p["sharpness"],
        depth_near_m=p["depth_near"],
        depth_far_m=p["depth_far"],
        depth_valid=p["depth_valid"],
    )
    with open_recording(recording, context.find_data) as reader:
        first, remarks = check_frames(reader, limits, lambda share: context.progress(share, "looking at the frames"))
    if p["reference"] == "first":
        recording = replace(recording, reference_frame=first)
    return replace(recording, notes=(*recording.notes, *remarks))


STAGE = Stage(
    name="recording",
    needs=(),
    makes=("recording.json",),
    code=(
        "skillc.compiler.stages.demonstration.recording",
        "skillc.runtime.perception.recording.source",
        "skillc.runtime.perception.recording.check",
        "skillc.runtime.perception.recording.realsense",
        "skillc.runtime.perception.recording.realsense_db3",
        "skillc.runtime.perception.recording.realsense_bag",
        "skillc.runtime.perception.recording.depth_alignment",
        "skillc.runtime.perception.recording.video_header",
        "skillc.runtime.perception.recording.rgbd_folder",
    ),
    parameters=_parameters,
    run=_run,
    files=recorded,
    refuse=_refuse,
)
