"""What `skillc calibrate` does: a calibration from files that a person recorded for it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.robot_calibration import RobotCalibration
from skillc.runtime.geometry import se3
from skillc.runtime.perception.camera.calibration import TagParameters, TagTarget, calibrate_from_tag
from skillc.runtime.perception.camera.hand_eye import align_points, solve_hand_eye
from skillc.runtime.perception.camera.tag_families import print_width_to_size
from skillc.runtime.perception.recording.camera_of import CameraSpec, Region
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import open_frames
from skillc.runtime.perception.recording.source import describe

FOCAL_SIGMA = 0.014
"""Relative, of a focal length given by hand. ours: see stages.recording.focal_sigma of the method preset."""
TAG = TagParameters(frames=12, corner_sigma_px=0.3, size_sigma=0.01, moved_px=1.0)
"""ours: the numbers of stages.calibration of the method preset."""


@dataclass(frozen=True, kw_only=True)
class CameraRequest:
    """What the person says about tag and camera."""

    family: str
    id: int
    size_m: float | None
    print_width_m: float | None
    focal_px: float | None
    region: Region | None
    """Part of the picture that the camera fills, e.g. one half of a side-by-side video."""


def calibrate_camera(recording: Path, request: CameraRequest) -> tuple[Calibration, tuple[str, ...]]:
    """Return the calibration of the camera that made `recording`, and remarks.

    Raises:
        InputFault: as the stages recording and calibration.
    """
    size = request.size_m
    if size is None:
        size = print_width_to_size(request.family, float(request.print_width_m or 0.0))
    described = describe(
        recording,
        recording.name,
        camera=CameraSpec(focal=request.focal_px, focal_width=None, center=None, sensor=None),
        region=request.region,
        reference="first",
        focal_sigma=FOCAL_SIGMA,
    )
    with open_frames(described, recording.parent) as reader:
        return calibrate_from_tag(reader, TagTarget(family=request.family, id=request.id, size_m=size), TAG)


def calibrate_robot(measurements: Path, camera: Path | None) -> RobotCalibration:
    """Return where the robot stands.

    `measurements` is JSON: {"touched_points": [{"table": [x, y, z], "robot": [x, y, z]}, ...]} in metres, the robot's
    part being the touching tip in the base frame; or {"poses": [{"T_robot_flange": 4x4, "T_camera_tag": 4x4}, ...]}
    with a tag fixed to the hand, seen by the calibrated camera.

    Raises:
        InputFault: SK826 when the file cannot be used, SK827 when the measurements do not determine a place.
    """
    data = _read(measurements)
    try:
        if "touched_points" in data:
            rows = data["touched_points"]
            table, robot = _array(rows, "table", (3,)), _array(rows, "robot", (3,))
            fit = align_points(table, robot)
            return _result("touched_points", fit.T_a_b, fit.residual_m, np.zeros(len(rows)), fit.position_sigma_m)
        if "poses" not in data:
            raise InputFault(
                "SK826", f"{measurements.name}: holds neither touched_points nor poses", "see docs/recordings.md"
            )
        if camera is None:
            raise InputFault("SK826", "hand-eye poses need the camera's calibration", "give --camera calibration.json")
        rows = data["poses"]
        found = solve_hand_eye(_array(rows, "T_robot_flange", (4, 4)), _array(rows, "T_camera_tag", (4, 4)))
    except ValueError as reason:
        raise InputFault("SK827", f"{measurements.name}: {reason}", "measure again with more variety") from reason
    calibration = Calibration.load(camera)
    T_table_robot = se3.inverse(calibration.T_camera_table) @ se3.inverse(found.T_robot_camera)
    spread = float(np.sqrt(np.mean(found.position_residual_m**2)))
    sigma = float(np.hypot(spread / np.sqrt(max(len(rows) - 2, 1)), calibration.position_sigma_m))
    return _result("hand_eye", T_table_robot, found.position_residual_m, found.rotation_residual_rad, sigma)


def _result(
    method: str, T_table_robot: FloatArray, position: FloatArray, rotation: FloatArray, sigma: float
) -> RobotCalibration:
    return RobotCalibration(
        T_table_robot=T_table_robot,
        method=method,
        count=len(position),
        position_rms_m=float(np.sqrt(np.mean(position**2))),
        rotation_rms_rad=float(np.sqrt(np.mean(rotation**2))),
        worst_m=float(position.max()),
        worst_index=int(position.argmax()),
        position_sigma_m=sigma,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as reason:
        raise InputFault("SK826", f"{path.name}: not readable as JSON: {reason}", "see docs/recordings.md") from reason
    if not isinstance(data, dict):
        raise InputFault("SK826", f"{path.name}: expected an object", "see docs/recordings.md")
    return data


def _array(rows: Any, key: str, shape: tuple[int, ...]) -> FloatArray:
    try:
        values = np.array([row[key] for row in rows], dtype=np.float64)
    except (TypeError, KeyError, ValueError) as reason:
        raise InputFault(
            "SK826", f"every measurement needs {key!r} of shape {shape}", "see docs/recordings.md"
        ) from reason
    if values.shape[1:] != shape or not np.isfinite(values).all():
        raise InputFault("SK826", f"{key!r} has shape {values.shape[1:]}, expected {shape}", "see docs/recordings.md")
    return values
