"""The table as a plane in a cloud of depth points, and the calibration made exact with it."""

from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import rays
from skillc.runtime.perception.recording.faults import InputFault


@dataclass(frozen=True, kw_only=True)
class Plane:
    """n . x = offset in the camera frame."""

    normal: FloatArray
    """(3,) unit, towards the camera."""
    offset_m: float
    """Negative distance of the camera from the plane."""
    rms_m: float
    """Of the inliers."""
    inliers: int


@dataclass(frozen=True, kw_only=True)
class PlaneParameters:
    """Numbers of the plane fit."""

    reach_m: float
    """Points farther than this from the tag along the table are not used."""
    inlier_m: float
    """Distance from the plane within which a point belongs to it."""
    tilt: float
    """Largest angle (rad) between the tag's plane and the depth's."""
    scale: float
    """Largest relative difference between the tag's distance and the depth's."""
    least_points: int


def fit_plane(points: FloatArray, inlier_m: float, rng: np.random.Generator) -> Plane:
    """Return the plane with the most points (N, 3) near it (RANSAC), refined by least squares on those.

    Raises:
        ValueError: fewer than three points.
    """
    if len(points) < 3:
        raise ValueError("a plane needs three points")
    best: BoolArray = np.zeros(len(points), dtype=np.bool_)
    for _ in range(200):
        a, b, c = points[rng.choice(len(points), 3, replace=False)]
        normal = np.cross(b - a, c - a)
        length = np.linalg.norm(normal)
        if length < 1e-9:
            continue
        near = np.abs((points - a) @ (normal / length)) < inlier_m
        if near.sum() > best.sum():
            best = near
    for _ in range(3):
        chosen = points[best]
        center = chosen.mean(axis=0)
        normal = np.linalg.svd(chosen - center, full_matrices=False)[2][2]
        distance = (points - center) @ normal
        best = np.abs(distance) < inlier_m
    if normal @ center > 0:
        normal = -normal
    return Plane(
        normal=np.asarray(normal, dtype=np.float64),
        offset_m=float(normal @ center),
        rms_m=float(np.sqrt(np.mean(distance[best] ** 2))),
        inliers=int(best.sum()),
    )


def refine_with_depth(
    calibration: Calibration,
    depth_m: FloatArray,
    parameters: PlaneParameters,
    rng: np.random.Generator,
) -> Calibration:
    """Return the calibration with tilt and distance of the table from depth; origin and heading stay.

    Args:
        calibration: From a target on the table alone.
        depth_m: (H, W) metres, NaN invalid; a median over frames.
        parameters: Of the fit.
        rng: For RANSAC.

    Raises:
        InputFault: as `check_with_depth`.
    """
    T = calibration.T_camera_table
    plane = check_with_depth(calibration, depth_m, parameters, rng)
    toward = T[:3, 3] / np.linalg.norm(T[:3, 3])
    distance = plane.offset_m / float(plane.normal @ toward)
    z = plane.normal
    y = T[:3, 1] - (T[:3, 1] @ z) * z
    y /= np.linalg.norm(y)
    refined = se3.from_parts(np.stack([np.cross(y, z), y, z], axis=1), toward * distance)
    return replace(
        calibration,
        T_camera_table=refined,
        table_plane_rms_m=plane.rms_m,
        # The plane's tilt is known to its noise over its extent; what is left is the target's heading.
        rotation_sigma_rad=calibration.rotation_sigma_rad / np.sqrt(3),
        scale_sigma=min(calibration.scale_sigma, 0.005),
    )


def check_with_depth(
    calibration: Calibration, depth_m: FloatArray, parameters: PlaneParameters, rng: np.random.Generator
) -> Plane:
    """Return the table's plane in the depth, which agrees with the calibration.

    Raises:
        InputFault: SK814 or SK822 when calibration and depth disagree about the distance, SK825 about the tilt, SK819
            when the table returns no depth.
    """
    T = calibration.T_camera_table
    points = _table_points(calibration.camera, T, depth_m, parameters)
    if len(points) < parameters.least_points:
        raise InputFault(
            "SK819", f"{len(points)} depth points on the table; expected {parameters.least_points}", "check the depth"
        )
    plane = fit_plane(points, parameters.inlier_m, rng)
    toward = T[:3, 3] / np.linalg.norm(T[:3, 3])
    distance = plane.offset_m / float(plane.normal @ toward)
    told_by = "tag" if calibration.source == "tag" else "calibration"
    _check_distance(float(np.linalg.norm(T[:3, 3])), distance, parameters, told_by)
    angle = float(np.arccos(np.clip(plane.normal @ T[:3, 2], -1, 1)))
    if not angle <= parameters.tilt:
        raise InputFault(
            "SK825",
            f"the {told_by}'s plane and the table's differ by {np.degrees(angle):.1f} degrees",
            "lay the tag flat on the table; check the focal length"
            if told_by == "tag"
            else "calibrate again: the camera was moved, or points are wrong; check the focal length",
        )
    return plane


def _table_points(
    camera: Camera, T_camera_table: FloatArray, depth_m: FloatArray, parameters: PlaneParameters
) -> FloatArray:
    """Return points (N, 3) in the camera frame near the tag along the table, whatever their height."""
    v, u = np.nonzero(np.isfinite(depth_m))
    keep = np.arange(len(u))[:: max(1, len(u) // 40_000)]
    u, v = u[keep], v[keep]
    directions = rays(camera, np.column_stack([u, v]).astype(np.float64))
    points = directions * depth_m[v, u][:, None]
    T_table_camera = se3.inverse(T_camera_table)
    # Where the ray meets the tag's plane, so that a wrong depth unit does not hide the table from us.
    ground = directions @ T_table_camera[:3, :3].T
    with np.errstate(divide="ignore", invalid="ignore"):
        s = -T_table_camera[2, 3] / ground[:, 2]
    met = T_table_camera[:3, 3] + s[:, None] * ground
    near = (s > 0) & (np.hypot(met[:, 0], met[:, 1]) < parameters.reach_m)
    found: FloatArray = points[near]
    return found


def _check_distance(tag_m: float, depth_m: float, parameters: PlaneParameters, told_by: str) -> None:
    ratio = depth_m / tag_m
    if abs(ratio - 1) <= parameters.scale:
        return
    units = {8.0: "0.000125", 1000.0: "0.001 (millimetres)", 10.0: "0.0001", 0.1: "0.01", 0.125: "0.001", 0.001: "1"}
    near = next((k for k in units if abs(ratio / k - 1) <= 2 * parameters.scale), None)
    if near is not None:
        raise InputFault(
            "SK814",
            f"depth says the table is {depth_m:.3g} m away, the {told_by} says {tag_m:.3g} m: {near:g} times as far",
            f"depth_unit_m is probably {units[near]}",
        )
    raise InputFault(
        "SK822",
        f"depth says the table is {depth_m:.3g} m away, the {told_by} says {tag_m:.3g} m",
        f"the tag's size is probably {ratio:.3f} times what the spec says, or its print_width was meant"
        if told_by == "tag"
        else f"lengths are probably {ratio:.3f} times what the calibration says",
    )
