"""The table frame from depth alone: the plane that most of the picture shows, with the picture's axes on it."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import rays
from skillc.runtime.perception.camera.table_plane import PlaneParameters, fit_plane
from skillc.runtime.perception.recording.faults import InputFault

LOOKED_AT = 40_000
"""ours: depth pixels; more change the plane by less than 0.1 mm."""
LEAST_SHARE = 0.2
"""ours: of the depth pixels; a table that fills less of the picture may be any plane of the room."""


def calibrate_from_depth(
    camera: Camera, depth_m: FloatArray, parameters: PlaneParameters, rng: np.random.Generator
) -> Calibration:
    """Return the calibration: z is the plane's normal, y points away from the camera, the origin is its seen middle.

    Args:
        camera: Intrinsics.
        depth_m: (H, W) metres, NaN invalid; a median over frames.
        parameters: Of the fit.
        rng: For RANSAC.

    Raises:
        InputFault: SK819 hardly any depth, SK822 no plane that most of the picture shows, or one seen from its edge.
    """
    v, u = np.nonzero(np.isfinite(depth_m))
    keep = np.arange(len(u))[:: max(1, len(u) // LOOKED_AT)]
    u, v = u[keep], v[keep]
    if len(u) < parameters.least_points:
        raise InputFault("SK819", f"{len(u)} depth points; expected {parameters.least_points}", "check the depth")
    points = rays(camera, np.column_stack([u, v]).astype(np.float64)) * depth_m[v, u][:, None]
    plane = fit_plane(points, parameters.inlier_m, rng)
    share = plane.inliers / len(points)
    if share < LEAST_SHARE:
        raise InputFault(
            "SK822",
            f"no plane holds more than {share:.0%} of the depth; expected the table to fill {LEAST_SHARE:.0%}",
            "film the table from nearer, or check the focal length: a wrong one bends planes",
        )
    on_table = points[np.abs(points @ plane.normal - plane.offset_m) < parameters.inlier_m]
    origin = np.median(on_table, axis=0)
    origin -= plane.normal * float(plane.normal @ origin - plane.offset_m)
    z = plane.normal
    # Away from the camera; looking straight down, the picture's upward direction.
    ahead = np.array([0.0, 0.0, 1.0]) if abs(z[2]) < np.cos(np.radians(10)) else np.array([0.0, -1.0, 0.0])
    y = ahead - (ahead @ z) * z
    if np.linalg.norm(y) < 0.1 or not abs(z @ (origin / np.linalg.norm(origin))) > np.sin(np.radians(5)):
        raise InputFault("SK822", "the plane is seen from its edge", "film the table from above")
    y /= np.linalg.norm(y)
    # A wrong focal length stretches the picture's two directions against the depth, which stays what it is.
    scale = float(np.hypot(0.005, camera.focal_sigma / camera.fx))
    extent = float(np.linalg.norm(np.std(on_table, axis=0)))
    return Calibration(
        camera=camera,
        T_camera_table=se3.from_parts(np.stack([np.cross(y, z), y, z], axis=1), origin),
        position_sigma_m=float(scale * np.linalg.norm(origin)),
        rotation_sigma_rad=float(np.hypot(plane.rms_m / max(extent, 0.05) / 10, 0.5 * scale)),
        scale_sigma=scale,
        reprojection_rms_px=0.0,
        table_plane_rms_m=plane.rms_m,
        source="plane",
        tags=(),
    )
