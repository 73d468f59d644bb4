"""A handle on a round body: what the outline shows beyond the body, as one level bar that points away from its axis.

One view shows the bar's direction, its width and how far it reaches. Its height is the one at which it points away from
the axis and explains the outline best; its thickness is assumed. What is no larger than the outline's own
error is no handle.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.optimize import minimize

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.twin import Handle
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import on_plane
from skillc.runtime.perception.scene.mask_shapes import disc, largest, overlap
from skillc.runtime.perception.scene.silhouette import filled, outline_of
from skillc.runtime.perception.shape.mass_properties import MassProperties

SURE = 4.0
"""ours: standard deviations of the outline; what reaches no farther beyond the body is its error."""
LEVELS = (0.5, 1.0, 1.5)
"""ours: of the body's height; handles of pots are joined below the rim, those of pans rise above it, and what lies
on the table beside a body is no handle."""
THICKNESS = 0.5
"""ours: of the width; one view does not show it."""


@dataclass(frozen=True, kw_only=True)
class SeenHandle:
    """A handle with what it explains."""

    handle: Handle
    iou: float
    """Overlap of body and handle together with the mask."""


def find_handle(
    mask: BoolArray,
    hidden: BoolArray,
    body_px: FloatArray,
    T_table_object: FloatArray,
    size: FloatArray,
    calibration: Calibration,
    sigma_px: float,
) -> SeenHandle | None:
    """Return the handle of a round body, or None where the outline shows none beyond its error.

    Args:
        mask: (H, W) all pixels of the object.
        hidden: (H, W) pixels that may be another thing's.
        body_px: (M, 2) the fitted body's convex outline.
        T_table_object: (4, 4) the body's pose, z up.
        size: (3,) the body's extents, m.
        calibration: camera and table.
        sigma_px: one standard deviation of the outline.
    """
    body = filled(body_px, *mask.shape)
    beyond = mask & ~hidden & ~cv2.dilate(body.astype(np.uint8), disc(2 * SURE * sigma_px + 1)).astype(bool)
    if not beyond.any():
        return None
    part = largest(beyond)
    perimeter = float(np.linalg.norm(body_px - np.roll(body_px, 1, axis=0), axis=1).sum())
    # A body fitted wrong by one sigma all around leaves this area, in slivers along it.
    if np.count_nonzero(part) < perimeter * sigma_px:
        return None
    rows, columns = np.nonzero(part)
    xy = np.stack([columns, rows], axis=1).astype(np.float64)
    T_object_table = se3.inverse(T_table_object)
    T_camera_object = calibration.T_camera_table @ T_table_object
    radius = float(size[0]) / 2

    def iou(p: FloatArray) -> float:
        bar = _handle(p, radius, float(size[2]))
        if bar is None:
            return 0.0
        return overlap(body | filled(outline_of(calibration.camera, T_camera_object, bar.corners()), *mask.shape), mask)

    best = np.zeros(4)
    for level in LEVELS:
        height = level * float(size[2])
        points = on_plane(calibration.camera, calibration.T_camera_table, xy, height)
        found = _bar(se3.apply(T_object_table, points[np.isfinite(points[:, 0])]), height)
        if found is not None and iou(found) > iou(best):
            best = found
    if _handle(best, radius, float(size[2])) is None:
        return None
    # Outlines are piecewise flat in their parameters: a simplex instead of gradients.
    steps = np.vstack([np.zeros(4), np.diag([0.1, 0.02, -0.2 * best[2], 0.01])])
    result = minimize(
        lambda p: -iou(p), best, method="Nelder-Mead",
        options={"initial_simplex": best + steps, "maxfev": 150, "xatol": 1e-3, "fatol": 1e-3},
    )  # fmt: skip
    handle = _handle(result.x, radius, float(size[2]))
    if handle is None or not -result.fun > overlap(body, mask):
        return None
    return SeenHandle(handle=handle, iou=float(-result.fun))


def _handle(p: FloatArray, radius: float, height: float) -> Handle | None:
    """Return the handle of yaw, outer end, width and top `p` (4,) on a body of this radius and height, or None."""
    yaw, outer, width, top = (float(v) for v in p)
    if not (outer > radius and 0 < width < 2 * radius and LEVELS[0] * height <= top <= LEVELS[-1] * height):
        return None
    return Handle(
        yaw_rad=yaw,
        inner_m=radius,
        outer_m=outer,
        width_m=width,
        thickness_m=min(THICKNESS * width, top),
        top_m=top,
    )


def _bar(points: FloatArray, height: float) -> FloatArray | None:
    """Return yaw, end, width and height (4,) of the level bar of points (N, 3) in the body's frame."""
    if len(points) < 8:
        return None
    yaw = float(np.arctan2(*np.median(points[:, :2], axis=0)[::-1]))
    along = points[:, 0] * np.cos(yaw) + points[:, 1] * np.sin(yaw)
    across = points[:, 1] * np.cos(yaw) - points[:, 0] * np.sin(yaw)
    # Two percent of the pixels are left out at each end: single pixels of a ragged outline.
    low, high = np.percentile(across, [2, 98])
    return np.array([yaw, float(np.percentile(along, 98)), float(high - low), height])


def with_handle(
    body: MassProperties, handle: Handle, density: float, wall: float, foot_radius: float
) -> MassProperties:
    """Return mass, centre and inertia of a body and its handle, a tube of `wall` (m).

    The thing stands in the picture, so its centre of mass lies above its foot: the handle weighs no more than keeps it
    within half of `foot_radius` (m).
    """
    length, width, thick = handle.outer_m - handle.inner_m, handle.width_m, handle.thickness_m
    hollow = max(width - 2 * wall, 0.0) * max(thick - 2 * wall, 0.0)
    middle = (handle.inner_m + handle.outer_m) / 2
    mass = density * length * (width * thick - hollow)
    mass = min(mass, body.mass * 0.5 * foot_radius / max(middle - 0.5 * foot_radius, 1e-6)) if middle > 0 else mass
    c, s = np.cos(handle.yaw_rad), np.sin(handle.yaw_rad)
    place = np.array([c * middle, s * middle, handle.top_m - thick / 2])
    whole = body.mass + mass
    centre = (body.mass * np.asarray(body.center) + mass * place) / whole
    own = mass / 12 * np.array(
        [(s * length) ** 2 + (c * width) ** 2 + thick**2, (c * length) ** 2 + (s * width) ** 2 + thick**2,
         length**2 + width**2]
    )  # fmt: skip
    inertia = np.asarray(body.inertia) + own
    for part, at in ((body.mass, np.asarray(body.center)), (mass, place)):
        d = at - centre
        inertia = inertia + part * (d @ d - d**2)
    return MassProperties(
        mass=float(whole),
        center=(float(centre[0]), float(centre[1]), float(centre[2])),
        inertia=(float(inertia[0]), float(inertia[1]), float(inertia[2])),
    )
