"""T_camera_table of a fixed camera from the tags seen in many frames, with standard deviations."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.perception.camera import tag_pose
from skillc.runtime.perception.camera.fiducial import TagDetection, detect_tags, other_families
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import FrameReader


@dataclass(frozen=True, kw_only=True)
class TagTarget:
    """The tag that defines the table frame."""

    family: str
    id: int
    size_m: float
    """Side of the detector's corner square."""


@dataclass(frozen=True, kw_only=True)
class TagParameters:
    """Numbers of the fiducial calibration."""

    frames: int
    """How many frames, evenly spread, are searched."""
    corner_sigma_px: float
    """One standard deviation of a corner's systematic error (print, blur, lens)."""
    size_sigma: float
    """Relative one standard deviation of the tag's size."""
    moved_px: float
    """Corners spread wider than this between frames mean that camera or tag moved."""


def calibrate_from_tag(
    reader: FrameReader, target: TagTarget, parameters: TagParameters
) -> tuple[Calibration, tuple[str, ...]]:
    """Return the calibration and remarks on it.

    Raises:
        InputFault: SK820 no tag, SK821 another family or id, SK823 the camera moves.
    """
    camera = reader.recording.camera
    detections = _detect(reader, target, parameters.frames)
    corners = np.stack([d.corners_px for d in detections])
    # The median ignores frames in which the hand half covers the tag.
    mean = np.median(corners, axis=0)
    spread = float(np.median(np.linalg.norm(corners - mean, axis=2).max(axis=1)))
    if not spread <= parameters.moved_px:
        raise InputFault(
            "SK823",
            f"tag {target.id} moves by {spread:.1f} px between frames; expected a fixed camera and tag",
            "fix the camera and the tag for the whole recording",
        )
    pose = tag_pose.solve_tag(mean, target.size_m, camera, parameters.corner_sigma_px)
    remarks = _remarks(pose, parameters)
    return _calibration(pose, camera, target, parameters), remarks


def _detect(reader: FrameReader, target: TagTarget, frames: int) -> list[TagDetection]:
    indices = np.unique(np.linspace(0, len(reader) - 1, min(frames, len(reader))).round().astype(int))
    found: list[TagDetection] = []
    wrong_ids: set[int] = set()
    for index in indices:
        near = found[0].corners_px if found else None
        for detection in detect_tags(reader.color(int(index)), target.family, near_px=near):
            if detection.id == target.id:
                found.append(detection)
                break
            wrong_ids.add(detection.id)
    if found:
        return found
    if wrong_ids:
        raise InputFault(
            "SK821",
            f"no {target.family} tag with id {target.id}; the recording shows id {sorted(wrong_ids)}",
            f"write id: {min(wrong_ids)} if that is the tag on the table",
        )
    others = {(d.family, d.id) for i in indices[:3] for d in other_families(reader.color(int(i)), target.family)}
    if others:
        names = ", ".join(f"{family} id {number}" for family, number in sorted(others))
        raise InputFault("SK821", f"no {target.family} tag; the recording shows {names}", "correct the tag's family")
    raise InputFault(
        "SK820",
        f"no calibration tag in {len(indices)} frames; expected {target.family} id {target.id} flat on the table",
        "put the printed tag (skillc init --tag) on the table in view, sharp and whole",
    )


def _ambiguity(pose: tag_pose.TagPose) -> float:
    """Return the angle (rad) to a second pose that the corners do not rule out, 0 if they do."""
    # 9 = three standard deviations for one degree of freedom (the sign of the tilt).
    return se3.rotation_angle(pose.T_camera_table, pose.other) if pose.other_excess < 9 else 0.0


def _remarks(pose: tag_pose.TagPose, parameters: TagParameters) -> tuple[str, ...]:
    remarks = []
    angle = _ambiguity(pose)
    if angle > np.radians(3):
        remarks.append(
            f"the tag is seen so small or flat that a second pose, {np.degrees(angle):.0f} deg off, fits as well; "
            "the table's tilt is uncertain: print the tag larger or move it nearer"
        )
    if pose.rms_px > 3 * parameters.corner_sigma_px:
        remarks.append(f"tag corners fit only to {pose.rms_px:.2f} px: bent paper, wrong focal length or distortion")
    return tuple(remarks)


def _calibration(pose: tag_pose.TagPose, camera: Camera, target: TagTarget, parameters: TagParameters) -> Calibration:
    T = pose.T_camera_table
    R = T[:3, :3]
    # Camera position in the table frame: c = -R^T t, so dc = -R^T (dt + [t]x dr) to first order.
    t = T[:3, 3]
    cross = np.array([[0, -t[2], t[1]], [t[2], 0, -t[0]], [-t[1], t[0], 0]])
    J = -R.T @ np.hstack([np.eye(3), cross])
    position_variance = np.trace(J @ pose.covariance @ J.T)
    scale = np.hypot(parameters.size_sigma, camera.focal_sigma / camera.fx)
    distance = float(np.linalg.norm(t))
    return Calibration(
        camera=camera,
        T_camera_table=T,
        position_sigma_m=float(np.sqrt(position_variance + (scale * distance) ** 2)),
        rotation_sigma_rad=float(np.hypot(np.sqrt(np.trace(pose.covariance[3:, 3:])), _ambiguity(pose) / 2)),
        scale_sigma=float(scale),
        reprojection_rms_px=pose.rms_px,
        table_plane_rms_m=None,
        source="tag",
        tags=(target.id,),
    )
