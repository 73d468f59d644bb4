"""The convex body behind an outline: a prism standing on the table, carved by the silhouette's cone.

One view bounds a body only sideways. What bounds it along the line of sight is the prism: where there is depth, the
plan of the visible points, extruded down to the table; without depth, an upright round cylinder as deep as the outline
is wide. Everything here is convex, so the body is an intersection of half-spaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from scipy.optimize import linprog
from scipy.spatial import ConvexHull, HalfspaceIntersection, QhullError

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import on_plane, rays, rays_table
from skillc.runtime.perception.scene.mask_shapes import disc, largest, outline
from skillc.runtime.perception.scene.silhouette import hull

SIDES = 24
"""ours: corners of the polygon around a circle; its sides lie less than 1 % outside."""
SIMPLIFY_PX = 0.5
"""ours: outline corners nearer to the line between their neighbours are dropped; a third of segmentation's error."""
DEPTH_EDGE_PX = 2
"""ours: depth this near to the outline may be the background's; the cone, not depth, bounds the body there."""
LEAST_POINTS = 50
"""ours: fewer depth points do not outline a plan."""
SMALLEST_M = 0.001
"""ours: a body that holds no ball of this radius is no body."""
MICROMETRE = 6
"""Decimals (m): meshes are written in micrometres, and equal bodies shall be equal to the byte."""


@dataclass(frozen=True, kw_only=True)
class Prism:
    """An upright prism on the table, in the table frame."""

    plan: FloatArray
    """(K, 2) m, convex, counter-clockwise."""
    height_m: float
    across: FloatArray
    """(2,) unit, horizontal, across the line of sight."""
    unseen: Literal["depth", "height", "back"]
    """What is assumed: the extent along the line of sight, as the width; the height, as the narrow side; or only the
    hidden back, where depth was measured."""


@dataclass(frozen=True, kw_only=True)
class ClosedMesh:
    """A closed triangle mesh, faces counter-clockwise seen from outside."""

    vertices: FloatArray
    """(N, 3) m."""
    faces: IntArray
    """(M, 3)."""


def convex_mesh(points: FloatArray) -> ClosedMesh:
    """Return the convex hull of points (N, 3); equal sets of points give equal arrays.

    Raises:
        QhullError: the points enclose no volume.
    """
    vertices = np.unique(np.round(points, MICROMETRE), axis=0)
    vertices = vertices[np.sort(ConvexHull(vertices).vertices)]
    found = ConvexHull(vertices)
    faces = found.simplices.astype(np.int64)
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    inward = np.einsum("fj,fj->f", np.cross(b - a, c - a), found.equations[:, :3]) < 0
    faces[inward] = faces[inward][:, ::-1]
    return ClosedMesh(vertices=vertices, faces=faces)


def joined(meshes: Sequence[ClosedMesh]) -> ClosedMesh:
    """Return several meshes as one."""
    before = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])[:-1]
    return ClosedMesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        faces=np.concatenate([mesh.faces + first for mesh, first in zip(meshes, before, strict=True)]),
    )


def prism_from_depth(
    mask: BoolArray, depth: FloatArray, camera: Camera, T_camera_table: FloatArray, low_m: float
) -> Prism | None:
    """Return the plan and height of the points seen inside a mask (H, W); None if too few are seen.

    Args:
        mask: the object's pixels.
        depth: (H, W) m along the optical axis, NaN where invalid.
        camera: pinhole.
        T_camera_table: (4, 4).
        low_m: points lower than this are the table's (depth noise).
    """
    inner = cv2.erode(mask.astype(np.uint8), disc(2 * DEPTH_EDGE_PX + 1)).astype(bool)
    rows, columns = np.nonzero(inner & np.isfinite(depth) & (depth > 0))
    if len(rows) < LEAST_POINTS:
        return None
    far = depth[rows, columns]
    in_camera = rays(camera, np.stack([columns, rows], axis=1).astype(np.float64)) * far[:, None]
    points = se3.apply(se3.inverse(T_camera_table), in_camera)
    # Flying pixels at depth edges lie beyond the body: a percent at each end is not believed.
    inside = points[:, 2] > low_m
    for axis in range(2):
        low, high = np.percentile(points[:, axis], [1, 99])
        inside &= (points[:, axis] >= low) & (points[:, axis] <= high)
    if np.count_nonzero(inside) < LEAST_POINTS:
        return None
    kept = points[inside]
    # Give back what the eroded edge took.
    margin = DEPTH_EDGE_PX * float(np.median(far)) / camera.fx
    ring = margin * circle() / np.cos(np.pi / SIDES)
    spread = (kept[:, None, :2] + ring).reshape(-1, 2)
    across = _across(kept[:, :2].mean(axis=0), T_camera_table)
    away = np.array([-across[1], across[0]])
    # What leans over hides its own back, which ends somewhere between where it was last seen and as deep as it is wide.
    behind = max(0.0, float(np.ptp(spread @ across) - np.ptp(spread @ away))) / 2
    plan = np.concatenate([spread, spread + behind * away])
    return Prism(
        plan=plan[ConvexHull(plan).vertices],
        height_m=float(np.percentile(kept[:, 2], 99.5)),
        across=across,
        unseen="back",
    )


def prism_from_outline(mask: BoolArray, camera: Camera, T_camera_table: FloatArray) -> Prism | None:
    """Return an upright round cylinder as deep as a mask (H, W) is wide, standing where the mask is lowest.

    None where the lowest pixels look past the table.
    """
    foot = foot_of(mask, camera, T_camera_table)
    if foot is None:
        return None
    origin, directions = rays_table(camera, T_camera_table, edge_of(mask))
    across = _across(foot[:2], T_camera_table)
    away = np.array([-across[1], across[0]])
    near, depth = float(foot[:2] @ away), 0.0
    eye = origin - foot
    elevation = float(np.arctan2(eye[2], np.hypot(eye[0], eye[1])))
    # The lowest ray touches an upright wall at its foot, but passes under a ball: its near side is by this share of the
    # depth before the foot. Halfway between the two.
    before = 0.25 * (1 - np.tan(elevation / 2))
    for _ in range(4):
        met = _met(origin, directions, away, near + (0.5 - before) * depth)
        sideways = met[:, :2] @ across
        depth = float(np.ptp(sideways))
    centre = across * (sideways.max() + sideways.min()) / 2 + away * (near + (0.5 - before) * depth)
    return Prism(
        plan=centre + circle() * depth / 2 / np.cos(np.pi / SIDES),
        height_m=float(met[:, 2].max()),
        across=across,
        unseen="depth",
    )


def foot_of(mask: BoolArray, camera: Camera, T_camera_table: FloatArray) -> FloatArray | None:
    """Return the place (3,) on the table under a mask's lowest pixels; None where they look past it."""
    rows, columns = np.nonzero(mask)
    if len(rows) == 0:
        return None
    bottom = rows.max()
    foot: FloatArray = on_plane(
        camera, T_camera_table, np.array([[columns[rows >= bottom - 3].mean(), bottom]], dtype=np.float64)
    )[0]
    return foot if np.isfinite(foot).all() else None


def band_prism(band: BoolArray, whole: Prism, thickness_m: float, camera: Camera, T_camera_table: FloatArray) -> Prism:
    """Return an upright oval cylinder as wide as some rows (H, W) of an outline, in the middle of `whole`.

    It is as deep as it is wide, but no deeper than `thickness_m`, the widest part of the whole outline between its
    limbs. What is seen on the table in front of the middle stands there.
    """
    origin, directions = rays_table(camera, T_camera_table, edge_of(band))
    away = np.array([-whole.across[1], whole.across[0]])
    depths = whole.plan @ away
    met = _met(origin, directions, away, (depths.min() + depths.max()) / 2)
    sideways, far = met[:, :2] @ whole.across, met[:, :2] @ away
    wide = float(np.ptp(sideways))
    half = np.outer([wide / 2, 0.0], whole.across) + np.outer([0.0, min(wide, thickness_m) / 2], away)
    centre = whole.across * (sideways.max() + sideways.min()) / 2 + away * (far.max() + far.min()) / 2
    return Prism(
        plan=centre + circle() @ half / np.cos(np.pi / SIDES),
        height_m=float(met[:, 2].max()),
        across=whole.across,
        unseen=whole.unseen,
    )


def carve(mask: BoolArray, prism: Prism, camera: Camera, T_camera_table: FloatArray) -> ClosedMesh | None:
    """Return the part of a prism that the silhouette's convex hull covers, in the table frame; None if none is left."""
    origin, directions = rays_table(camera, T_camera_table, hull(edge_of(mask)))
    cone = np.cross(directions, np.roll(directions, -1, axis=0))
    cone = cone[np.linalg.norm(cone, axis=1) > 1e-12]
    cone /= np.linalg.norm(cone, axis=1, keepdims=True)
    cone *= -np.sign(cone @ directions.mean(axis=0))[:, None]
    edge = np.roll(prism.plan, -1, axis=0) - prism.plan
    wall = np.stack([edge[:, 1], -edge[:, 0], np.zeros(len(edge))], axis=1)
    wall /= np.linalg.norm(wall, axis=1, keepdims=True)
    planes = np.concatenate(
        [
            np.column_stack([cone, -cone @ origin]),
            np.column_stack([wall, -np.einsum("kj,kj->k", wall[:, :2], prism.plan)]),
            [[0.0, 0.0, -1.0, 0.0], [0.0, 0.0, 1.0, -prism.height_m]],
        ]
    )
    # The largest ball inside gives the inner point that intersecting half-spaces starts from.
    found = linprog(
        [0, 0, 0, -1],
        A_ub=np.column_stack([planes[:, :3], np.ones(len(planes))]),
        b_ub=-planes[:, 3],
        bounds=[(None, None)] * 3 + [(0, None)],
    )
    if not found.success or found.x[3] < SMALLEST_M:
        return None
    try:
        return convex_mesh(HalfspaceIntersection(planes, found.x[:3]).intersections)
    except QhullError:
        return None


def edge_of(mask: BoolArray) -> FloatArray:
    """Return the outline (N, 2) px of the largest part, at the pixels' outer boundary."""
    points = outline(largest(mask))
    corners = cv2.approxPolyDP(points.astype(np.float32), SIMPLIFY_PX, closed=True).reshape(-1, 2).astype(np.float64)
    away = corners - corners.mean(axis=0)
    # Contours run through the outermost pixels' centres; the boundary is half a pixel further out.
    moved: FloatArray = corners + 0.5 * away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    return moved


def _met(origin: FloatArray, directions: FloatArray, away: FloatArray, depth: float) -> FloatArray:
    """Return where rays (N, 3) pass the upright plane `depth` along `away` (2,), or meet the table in front of it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = np.where(directions[:, 2] < 0, -origin[2] / directions[:, 2], np.inf)
    upright = (depth - origin[:2] @ away) / np.maximum(directions[:, :2] @ away, 1e-9)
    met: FloatArray = origin + np.minimum(upright, floor)[:, None] * directions
    return met


def _across(place: FloatArray, T_camera_table: FloatArray) -> FloatArray:
    away = place - se3.inverse(T_camera_table)[:2, 3]
    length = float(np.linalg.norm(away))
    away = away / length if length > 1e-6 else np.array([0.0, 1.0])
    return np.array([away[1], -away[0]])


def circle() -> FloatArray:
    """Return the corners (SIDES, 2) of a polygon in the unit circle."""
    angle = 2 * np.pi * np.arange(SIDES) / SIDES
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)
