"""Stage `calibration`: where the camera is in the table frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.demonstration.recording import fixed_camera, recorded
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.camera.calibration import TagTarget
    from skillc.runtime.perception.camera.table_plane import PlaneParameters


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {
        "calibration": dict(fixed_camera(spec).get("calibration") or {}),
        **spec.section("method.stages.calibration"),
    }


def _target(calibration: dict[str, JSON]) -> TagTarget:
    from skillc.runtime.perception.camera.calibration import TagTarget
    from skillc.runtime.perception.camera.fiducial import print_width_to_size

    family = str(calibration["tag"])
    size = calibration.get("size")
    if size is None:
        size = print_width_to_size(family, float(calibration["print_width"]))
    return TagTarget(family=family, id=int(calibration["id"]), size_m=float(size))


def _plane(p: Mapping[str, JSON]) -> PlaneParameters:
    from skillc.runtime.perception.camera.table_plane import PlaneParameters

    return PlaneParameters(
        reach_m=p["plane_reach"],
        inlier_m=p["plane_inlier"],
        tilt=p["plane_tilt"],
        scale=p["plane_scale"],
        least_points=int(p["plane_points"]),
    )


def _given(context: StageContext, recording: Recording) -> Calibration:
    """Return a calibration measured before; it must be of a camera with these very optics."""
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.codec import FormatError

    name = str(context.parameters["calibration"]["file"])
    try:
        given = Calibration.load(context.find_data(name))
    except FormatError as reason:
        raise StageError("SK826", str(reason), "make it with: skillc calibrate camera", "cameras") from reason
    camera = recording.camera
    same_size = (given.camera.width, given.camera.height) == (camera.width, camera.height)
    if not same_size or not abs(given.camera.fx - camera.fx) <= 3 * max(camera.focal_sigma, 0.01 * camera.fx):
        raise StageError(
            "SK826",
            f"{name} is of a camera {given.camera.width}x{given.camera.height} px, focal {given.camera.fx:.0f} px; "
            f"the recording's is {camera.width}x{camera.height} px, focal {camera.fx:.0f} px",
            "calibrate the camera in the mode it records in",
            "cameras",
        )
    return replace(given, source="given")


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.camera.calibration import TagParameters, calibrate_from_tag
    from skillc.runtime.perception.camera.table_plane import refine_with_depth
    from skillc.runtime.perception.recording.frames import median_depth, open_recording

    p = context.parameters
    recording = context.made.load(Recording)
    if "file" in p["calibration"]:
        _given(context, recording).save(context.out / "calibration.json")
        return
    if "tag" not in p["calibration"]:
        raise StageError(
            "SK820",
            "the spec does not say how the camera's place is known",
            "write cameras.main.calibration",
            "cameras",
        )
    context.progress(0.0, "looking for the tag")
    try:
        with open_recording(recording, context.find_data) as reader:
            calibration, remarks = calibrate_from_tag(
                reader,
                _target(p["calibration"]),
                TagParameters(
                    frames=int(p["frames"]),
                    corner_sigma_px=p["corner_sigma"],
                    size_sigma=p["size_sigma"],
                    moved_px=p["moved"],
                ),
            )
            if recording.has_depth:
                context.progress(0.7, "fitting the table plane")
                depth = median_depth(reader, int(p["depth_frames"]))
                calibration = refine_with_depth(calibration, depth, _plane(p), np.random.default_rng(0))
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, "cameras.main.calibration") from fault
    for remark in remarks:
        context.warn("SK824", remark, "cameras.main.calibration")
    calibration.save(context.out / "calibration.json")
    context.progress(1.0, f"tag corners fit to {calibration.reprojection_rms_px:.2f} px")


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    file = (fixed_camera(spec).get("calibration") or {}).get("file")
    return (*recorded(spec), *([str(file)] if file else []))


STAGE = Stage(
    name="calibration",
    needs=("recording",),
    makes=("calibration.json",),
    code=(
        "skillc.compiler.stages.demonstration.calibration",
        "skillc.runtime.perception.camera.calibration",
        "skillc.runtime.perception.camera.tag_pose",
        "skillc.runtime.perception.camera.fiducial",
        "skillc.runtime.perception.camera.table_plane",
    ),
    parameters=_parameters,
    run=_run,
    files=_files,
)
