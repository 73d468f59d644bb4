"""Fit solids standing on the table to an object's outline and choose the family that explains it.

The outline alone fixes what it shows; weak priors fix the rest, and an extent whose uncertainty is hardly smaller than
its prior's is reported as assumed, not measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.optimize import least_squares

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import on_plane
from skillc.runtime.perception.scene.mask_shapes import disc, largest, outline, overlap
from skillc.runtime.perception.scene.silhouette import filled, outline_of, resample, signed_distance
from skillc.runtime.perception.shape.solids import Family


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """Parameters of the fit."""

    contour_points: int
    """Samples along the outline."""
    contour_sigma: float
    """Standard deviation of a contour sample, at 960 px picture width."""
    independent: float
    """Neighbouring samples share their error: this many count as one."""
    parameter_penalty: float
    """Cost of one more parameter in half chi-squares (Akaike's is 1)."""
    measured: float
    """An extent is measured if the outline alone, without priors, leaves a relative sigma below this."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted solid."""

    family: Family
    parameters: FloatArray
    """(P,) by `family.names`."""
    covariance: FloatArray
    """(P, P)."""
    cost: float
    """Half chi-square of outline and priors, with the penalty for parameters."""
    iou: float
    """Overlap of projection and mask."""
    measured: tuple[bool, bool, bool]
    """Per extent."""

    @property
    def size_sigma(self) -> FloatArray:
        """Return (3,) standard deviations of the extents."""
        return _size_sigma(self.family, self.parameters, self.covariance)


def contour_samples(mask: BoolArray, usable: BoolArray, count: int) -> FloatArray:
    """Return up to `count` outline points (N, 2) px of a mask, where `usable` (H, W) calls the outline its own."""
    points = outline(mask)
    if len(points) < 8:
        return np.zeros((0, 2))
    # Contours run through the outermost pixels' centres; the boundary is half a pixel further out.
    centre = points.mean(axis=0)
    samples = resample(points, count)
    inside = np.clip(np.round(samples).astype(int), 0, np.array(mask.shape[::-1]) - 1)
    keep = usable[inside[:, 1], inside[:, 0]]
    away = samples - centre
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    moved: FloatArray = (samples + 0.5 * away)[keep]
    return moved


def body_without_handle(mask: BoolArray) -> BoolArray:
    """Return the mask without parts narrower than 0.6 of its largest inscribed circle."""
    radius = float(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5).max())
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc(1.2 * radius))
    return largest(opened.astype(bool))


def fit_family(
    family: Family,
    mask: BoolArray,
    usable: BoolArray,
    camera: Camera,
    T_camera_table: FloatArray,
    settings: FitSettings,
) -> Fit | None:
    """Fit one family to a mask (H, W); None if the outline is too short."""
    body = body_without_handle(mask) if family.symmetric else mask
    samples = contour_samples(body, usable, settings.contour_points)
    if len(samples) < 2 * len(family.names):
        return None
    sigma = settings.contour_sigma * camera.width / 960
    weight = 1.0 / np.sqrt(settings.independent)

    def residual(p: FloatArray) -> FloatArray:
        polygon = outline_of(camera, T_camera_table @ family.pose(p), family.points(p))
        if not np.all(np.isfinite(polygon)):
            return np.full(len(samples) + len(family.priors), 1e3)
        r = signed_distance(samples, polygon) / sigma
        soft = np.sign(r) * np.sqrt(6 * (np.sqrt(1 + r**2 / 3) - 1)) * weight
        return np.concatenate([soft, [prior.residual(p) for prior in family.priors]])

    best, scales = None, _scales(family)
    for start in _starts(family, body, camera, T_camera_table):
        lower, upper = _bounds(family, start)
        try:
            found = least_squares(
                residual,
                np.clip(start, lower + 1e-9, upper - 1e-9),
                jac=lambda p: _jacobian(residual, p, 0.01 * scales),
                bounds=(lower, upper),
                x_scale=scales,
                max_nfev=40,
                ftol=1e-4,
            )
        except ValueError:
            continue
        if best is None or found.cost < best.cost:
            best = found
    if best is None:
        return None
    p = best.x
    # Residuals larger than expected widen the covariance; smaller ones do not narrow it.
    spread = max(1.0, 2 * best.cost / max(1, weight**2 * len(samples) - len(p)))
    covariance = np.linalg.pinv(best.jac.T @ best.jac) * spread
    polygon = outline_of(camera, T_camera_table @ family.pose(p), family.points(p))
    seen = best.jac[[*range(len(samples)), *(len(samples) + i for i, q in enumerate(family.priors) if q.measured)]]
    # A ridge of 10 m keeps what neither outline nor depth shows from being called exactly known.
    alone = np.linalg.inv(seen.T @ seen + np.diag(np.full(len(p), 1e-2))) * spread
    size = family.size(p)
    flags = _size_sigma(family, p, alone) < settings.measured * size
    return Fit(
        family=family,
        parameters=p,
        covariance=covariance,
        cost=float(best.cost + settings.parameter_penalty * len(p)),
        iou=overlap(filled(polygon, *mask.shape), body),
        measured=(bool(flags[0]), bool(flags[1]), bool(flags[2])),
    )


def _size_sigma(family: Family, p: FloatArray, covariance: FloatArray) -> FloatArray:
    jacobian = _jacobian(family.size, p, np.full(len(p), 1e-6))
    return np.sqrt(np.maximum(np.diag(jacobian @ covariance @ jacobian.T), 1e-12))


def _starts(family: Family, mask: BoolArray, camera: Camera, T_camera_table: FloatArray) -> list[FloatArray]:
    rows, columns = np.nonzero(mask)
    left, right, bottom = columns.min(), columns.max(), rows.max()
    low = columns[rows >= bottom - 3].mean()
    foot = on_plane(camera, T_camera_table, np.array([[low, bottom]]))[0]
    origin = np.linalg.inv(T_camera_table)[:3, 3]
    distance = float(np.linalg.norm(foot - origin))
    width = (right - left) * distance / camera.fx
    away = foot[:2] - origin[:2]
    away /= max(float(np.linalg.norm(away)), 1e-9)
    centre = foot[:2] + away * width / 2
    tall = (bottom - rows.min()) * distance / camera.fy
    if family.kind == "mesh":
        # A mesh looks different from every side; its length, where it is free, starts from the width seen.
        sideways = float(np.mean(family.size(np.ones(len(family.names)))[:2]))
        length = [width / sideways] if "length" in family.names else []
        return [np.array([*centre, yaw, *length]) for yaw in np.deg2rad(np.arange(-180.0, 180.0, 45.0))]
    if family.kind == "sphere":
        return [np.array([*centre, width])]
    if family.kind == "revolve":
        return [np.array([*centre, width, 0.28 * width, 0.6])]
    if family.symmetric:
        return [np.array([*centre, width, share * tall]) for share in (0.5, 0.9)]
    rest = [0.08, 0.08] if family.kind == "open_box" else []
    starts = []
    for yaw in np.deg2rad([0.0, 30.0, 60.0, -30.0]):
        for depth in (0.7, 1.5):
            centre = foot[:2] + away * depth * width / 2
            starts.append(np.array([*centre, yaw, width * 0.8, width * depth, 0.4 * tall, *rest]))
    return starts


def _bounds(family: Family, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    lower, upper = np.empty(len(start)), np.empty(len(start))
    for i, name in enumerate(family.names):
        if name in ("x", "y"):
            lower[i], upper[i] = start[i] - 0.5, start[i] + 0.5
        elif name == "yaw":
            lower[i], upper[i] = start[i] - np.pi / 3, start[i] + np.pi / 3
        elif name == "base":
            lower[i], upper[i] = 0.2, 1.0
        elif name == "draft":
            lower[i], upper[i] = -0.05, 0.4
        elif name == "corner":
            lower[i], upper[i] = 0.0, 0.4
        else:
            lower[i], upper[i] = 0.003, 1.0
    return lower, upper


def _scales(family: Family) -> FloatArray:
    return np.array([{"yaw": 0.1, "base": 0.1, "draft": 0.05, "corner": 0.05}.get(name, 0.01) for name in family.names])


def _jacobian(function: Callable[[FloatArray], FloatArray], p: FloatArray, steps: FloatArray) -> FloatArray:
    """Forward differences with absolute steps: outlines are piecewise smooth, tiny steps see only rounding."""
    here = function(p)
    columns = []
    for i, step in enumerate(steps):
        moved = p.copy()
        moved[i] += step
        columns.append((function(moved) - here) / step)
    return np.stack(columns, axis=1)
