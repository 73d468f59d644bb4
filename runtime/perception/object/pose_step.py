"""One frame's pose of a known solid from its outline and its tracked points: robust Gauss-Newton with priors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.scene.contour_search import Boundary, search
from skillc.runtime.perception.scene.silhouette import contour_of, distance_together, filled_together, outline_of

_STEP = np.array([5e-4, 5e-4, 5e-4, 5e-3, 5e-3, 5e-3])
"""Finite differences: half a pixel or so of motion."""


@dataclass(frozen=True, kw_only=True)
class PoseSettings:
    """Parameters of the pose estimate; px at 960 px picture width."""

    samples: int
    """Points along the outline."""
    reach: float
    """px, how far the outline is looked for."""
    outline_sigma: float
    """px of a clear outline point."""
    independent: float
    """Neighbouring outline points share their error: this many count as one."""
    point_sigma: float
    """px of a tracked point."""
    independent_points: float
    """Tracked points share the twin's errors: more than this many say no more."""
    depth_sigma: float
    """m of a point lifted by depth."""
    iterations: int
    patch: float
    """px^2 of colour that count as one independent observation."""


@dataclass(frozen=True, kw_only=True)
class Belief:
    """A Gaussian belief about the pose."""

    T_table_object: FloatArray
    """(4, 4)."""
    precision: FloatArray
    """(6, 6) inverse covariance of translation (m) and rotation vector (rad), both in the table frame."""


@dataclass(frozen=True, kw_only=True)
class Points:
    """Tracked points of one frame."""

    object_m: FloatArray
    """(K, 3) where they are on the object, in its frame."""
    depth_m: FloatArray
    """(K, 3) one standard deviation of that along the ray on which they were found, in its frame."""
    px: FloatArray
    """(K, 2) where they are seen."""
    table_m: FloatArray
    """(K, 3) the same from depth; NaN without."""

    def __getitem__(self, which: BoolArray) -> "Points":
        """Return some of the points (K,)."""
        return Points(
            object_m=self.object_m[which], depth_m=self.depth_m[which], px=self.px[which], table_m=self.table_m[which]
        )

    def off(self, camera: Camera, T_camera_object: FloatArray, sigma_px: float) -> FloatArray:
        """Return (K, 2) standard deviations by which the points are seen beside where a pose (4, 4) puts them.

        An unsure depth moves a point along one line of the picture: off that line it says all, along it little.
        """
        placed = project(camera, T_camera_object, self.object_m)
        line = project(camera, T_camera_object, self.object_m + self.depth_m) - placed
        long = np.linalg.norm(line, axis=1)
        way = line / np.maximum(long, 1e-9)[:, None]
        away = placed - self.px
        lost = (1.0 - sigma_px / np.hypot(sigma_px, long)) * (away * way).sum(axis=1)
        found: FloatArray = (away - lost[:, None] * way) / sigma_px
        return found


@dataclass(frozen=True, kw_only=True)
class ObjectEvidence:
    """What one frame shows of the object."""

    ratio: FloatArray
    """(H, W) log ratio of object against everything else."""
    hand: BoolArray
    """(H, W) pixels where the hand is in front, or where the scene itself looks like the object."""
    origin_px: FloatArray
    """(2,) place of pixel (0, 0) of the two maps in the picture."""
    outline_bias: float
    """px by which outlines are found outside the twin's while the object rests in its known pose."""
    points: Points


@dataclass(frozen=True, kw_only=True)
class PoseEstimate:
    """One frame's answer."""

    T_table_object: FloatArray
    """(4, 4)."""
    information: FloatArray
    """(6, 6) inverse covariance from this frame's observations alone, same order as `Belief.precision`."""
    covariance: FloatArray
    """(6, 6) with the beliefs."""
    seen: float
    """Share of the outline that was not hidden."""
    score: float
    """Log-likelihood of the picture's colours and points, less the beliefs' costs; for comparing hypotheses."""


@dataclass(frozen=True, kw_only=True)
class PoseFit:
    """What is fitted: a solid, seen by a camera."""

    camera: Camera
    T_camera_table: FloatArray
    """(4, 4)."""
    parts: tuple[FloatArray, ...]
    """(N, 3) outline points of every convex part, in the object frame."""
    settings: PoseSettings

    @property
    def solid(self) -> FloatArray:
        """All outline points (N, 3)."""
        return np.concatenate(self.parts)

    @property
    def unit(self) -> float:
        """Pixels of this camera in one of a picture 960 px wide."""
        return self.camera.width / 960

    def outlines(self, T: FloatArray) -> tuple[FloatArray, ...]:
        """Return every part's outline (N, 2) px at T_table_object (4, 4)."""
        return tuple(outline_of(self.camera, self.T_camera_table @ T, part) for part in self.parts)

    def boundary(self, observation: ObjectEvidence, polygons: Sequence[FloatArray], reach_px: int) -> Boundary:
        """Return where the object's edge is found around its parts' polygons (N, 2) px, in pixels of the evidence."""
        return search(
            observation.ratio,
            observation.hand,
            contour_of(polygons) - observation.origin_px,
            samples=self.settings.samples,
            reach_px=reach_px,
            sigma_px=self.settings.outline_sigma * self.unit,
        )


def evaluate(fit: PoseFit, observation: ObjectEvidence, T: FloatArray, beliefs: Sequence[Belief]) -> float:
    """Return the score of a pose: how much object colour its outline holds, how near its points are."""
    polygons = fit.outlines(T)
    if not _finite(polygons):
        return -np.inf
    unit, settings = fit.unit, fit.settings
    inside = filled_together([polygon - observation.origin_px for polygon in polygons], *observation.ratio.shape)
    colours = float(observation.ratio[inside & ~observation.hand].sum()) / (settings.patch * unit**2)
    total = colours
    if len(observation.points.px):
        off = observation.points.off(fit.camera, fit.T_camera_table @ T, settings.point_sigma * unit)
        squared = (off**2).sum(axis=1)
        total -= float(np.log1p(squared / 4.0).sum())
    for belief in beliefs:
        away = se3.difference(T, belief.T_table_object)
        total -= 0.5 * float(away @ belief.precision @ away)
    return total


def outline_bias(fit: PoseFit, observation: ObjectEvidence, T: FloatArray) -> float:
    """Return by how many px the outline is found outside the twin's at the known pose T (4, 4); 0 if hidden.

    Twin and outline search cut the blurred edge differently; unless taken out, the difference reads as depth.
    """
    polygons = fit.outlines(T)
    boundary = fit.boundary(observation, polygons, max(4, round(0.5 * fit.settings.reach * fit.unit)))
    if len(boundary.xy_px) < fit.settings.samples // 4:
        return 0.0
    return float(np.median(distance_together(boundary.xy_px + observation.origin_px, polygons)))


def estimate(
    fit: PoseFit, observation: ObjectEvidence, start: FloatArray, beliefs: Sequence[Belief], free: BoolArray
) -> PoseEstimate:
    """Refine the pose from `start` (4, 4).

    Args:
        fit: The solid and the camera.
        observation: What the frame shows.
        start: T_table_object to begin with.
        beliefs: Priors; they keep unobservable directions in place.
        free: (6,) which of translation x y z and rotation x y z may change (a slid object: x, y, yaw).
    """
    columns = np.nonzero(free)[0]
    T = start.copy()
    information, covariance, seen = np.zeros((6, 6)), np.diag(np.full(6, 1e-12)), 0.0
    for iteration in range(fit.settings.iterations):
        # Wide at first to catch the object, then narrow so that the background does not distract.
        reach = max(4, round(fit.settings.reach * fit.unit * (1.0 if iteration == 0 else 0.5)))
        polygons = fit.outlines(T)
        if not _finite(polygons):
            break
        boundary = fit.boundary(observation, polygons, reach)
        seen = boundary.seen
        H_data, gradient = _linearised(fit, observation, boundary, T, columns)
        H, g = H_data.copy(), gradient.copy()
        for belief in beliefs:
            away = se3.difference(T, belief.T_table_object)[columns]
            precision = belief.precision[np.ix_(columns, columns)]
            H += precision
            g += precision @ away
        H += np.diag(np.full(len(columns), 1e-3))
        step = np.zeros(6)
        step[columns] = np.clip(-np.linalg.solve(H, g), -0.05, 0.05)
        T = _displaced(T, step)
        information = np.zeros((6, 6))
        information[np.ix_(columns, columns)] = H_data
        covariance = np.diag(np.full(6, 1e-12))
        covariance[np.ix_(columns, columns)] = np.linalg.inv(H)
        if np.all(np.abs(step[:3]) < 1e-4) and np.all(np.abs(step[3:]) < 1e-3):
            break
    score = evaluate(fit, observation, T, beliefs)
    return PoseEstimate(T_table_object=T, information=information, covariance=covariance, seen=seen, score=score)


def _linearised(
    fit: PoseFit, observation: ObjectEvidence, boundary: Boundary, T: FloatArray, columns: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return the robustly weighted normal matrix and gradient of the residuals in the free directions."""
    r = _residual(fit, observation, boundary, T)
    J = np.stack(
        [(_residual(fit, observation, boundary, _moved(T, int(k), _STEP[k])) - r) / _STEP[k] for k in columns], axis=1
    )
    weight = 1.0 / (1.0 + (r / 2.0) ** 2)
    return J.T @ (weight[:, None] * J), J.T @ (weight * r)


def _residual(fit: PoseFit, observation: ObjectEvidence, boundary: Boundary, pose: FloatArray) -> FloatArray:
    """Return how far outline, points and depth are from where a pose puts them, in standard deviations."""
    settings, points = fit.settings, observation.points
    found = boundary.xy_px + observation.origin_px
    parts = []
    if len(found):
        scale = boundary.sigma_px * np.sqrt(settings.independent)
        parts.append((distance_together(found, fit.outlines(pose)) - observation.outline_bias) / scale)
    if len(points.px):
        shared = np.sqrt(max(1.0, len(points.px) / settings.independent_points))
        off = points.off(fit.camera, fit.T_camera_table @ pose, settings.point_sigma * fit.unit)
        parts.append(off.ravel() / shared)
        lifted = np.isfinite(points.table_m[:, 0])
        if lifted.any():
            gap = se3.apply(pose, points.object_m[lifted]) - points.table_m[lifted]
            parts.append(gap.ravel() / (settings.depth_sigma * shared))
    return np.concatenate(parts) if parts else np.zeros(0)


def _finite(polygons: Sequence[FloatArray]) -> bool:
    return all(np.all(np.isfinite(polygon)) for polygon in polygons)


def _moved(T: FloatArray, axis: int, amount: float) -> FloatArray:
    step = np.zeros(6)
    step[axis] = amount
    return _displaced(T, step)


def _displaced(T: FloatArray, step: FloatArray) -> FloatArray:
    """Translate by step[:3] and turn about the object's origin by step[3:], both in table axes."""
    moved = T.copy()
    turn = se3.exp(np.concatenate([np.zeros(3), step[3:]]))
    moved[:3, :3] = turn[:3, :3] @ T[:3, :3]
    moved[:3, 3] += step[:3]
    return moved
