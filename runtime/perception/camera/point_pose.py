"""The camera's place, and its focal length where that is not known, from pixels of known places on the table.

All unknowns are solved at once: pose and focal length, the latter with what was known of it before. What the points do
not tell about the focal length stays in its standard deviation, and from there goes into every length.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.optimize import least_squares

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import on_plane, project
from skillc.runtime.perception.camera.tag_pose import displaced
from skillc.runtime.perception.recording.faults import InputFault


@dataclass(frozen=True, kw_only=True)
class Landmarked:
    """Places of the table and where the picture shows them."""

    pixels: FloatArray
    """(N, 2) px."""
    table_m: FloatArray
    """(N, 3) in the table frame, z = 0."""
    pixel_sigma: float
    """px, one standard deviation of a pixel's coordinate."""
    table_sigma_m: float
    """One standard deviation of a place's coordinate."""
    size_sigma: float
    """Relative one standard deviation of all places together: the ruler, the print."""


@dataclass(frozen=True, kw_only=True)
class PointLimits:
    """When points are refused."""

    misfit: float
    """Standard deviations by which the worst point may miss."""
    spread: float
    """Least ratio of the points' narrow to their wide extent on the table."""


@dataclass(frozen=True, kw_only=True)
class _Solved:
    T_camera_table: FloatArray
    camera: Camera
    covariance: FloatArray
    """(7, 7) of translation m, rotation rad, and the logarithm of the focal length."""
    residual: FloatArray
    """(N, 2) standard deviations."""
    cost: float
    """Chi-square, with what was known of the focal length."""
    rms_px: float


def calibrate_from_points(
    seen: Landmarked, camera: Camera, limits: PointLimits, *, source: str
) -> tuple[Calibration, tuple[str, ...]]:
    """Return the calibration and remarks on it.

    Args:
        seen: Four or more places, not in a line.
        camera: Intrinsics, with what is known of the focal length; it is refined.
        limits: When points are refused.
        source: Of `Calibration`.

    Raises:
        InputFault: SK862 the points are in a line, contradict each other, or show the table from below.
    """
    _check_spread(seen, limits)
    solved = _solve(seen, camera)
    if not se3.inverse(solved.T_camera_table)[2, 3] > 0:
        raise InputFault(
            "SK862",
            "the points show the table from below",
            "x and y of the table may be exchanged, or the video is mirrored: table.x grows to the right as seen "
            "from above, table.y away from the camera",
        )
    _check_fit(seen, camera, solved, limits)
    remarks = []
    wide = solved.camera.focal_sigma / solved.camera.fx
    if camera.focal_sigma / camera.fx > 0.1 and wide > 0.05:
        remarks.append(
            f"the points tell the focal length only to {wide:.0%} ({solved.camera.fx:.0f} +- "
            f"{solved.camera.focal_sigma:.0f} px), and heights with it: write `focal`, or points farther apart in depth"
        )
    return _calibration(seen, solved, source), tuple(remarks)


def _check_spread(seen: Landmarked, limits: PointLimits) -> None:
    extents = np.linalg.svd(seen.table_m[:, :2] - seen.table_m[:, :2].mean(axis=0), compute_uv=False)
    if not extents[1] > limits.spread * extents[0]:
        raise InputFault(
            "SK862",
            f"the {len(seen.pixels)} points lie in a line on the table",
            "give points on both sides of it",
        )
    apart = seen.pixels[:, None] - seen.pixels
    near = np.argwhere(np.triu(np.linalg.norm(apart, axis=2) < 2 * seen.pixel_sigma, 1))
    if len(near):
        first, second = near[0]
        raise InputFault(
            "SK862", f"points {first + 1} and {second + 1} are the same pixel", "give points far apart in the picture"
        )


def _solve(seen: Landmarked, camera: Camera) -> _Solved:
    """Return the best pose and focal length from several starting focal lengths."""
    known = max(camera.focal_sigma / camera.fx, 1e-4)
    starts = np.exp(np.linspace(-2, 2, 7) * known) if known > 0.05 else np.ones(1)
    found = [answer for factor in starts if (answer := _refined(seen, camera, float(factor), known)) is not None]
    if not found:
        raise InputFault("SK862", "no camera sees the points so", "check their order and units")
    return min(found, key=lambda answer: answer.cost)


def _refined(seen: Landmarked, camera: Camera, factor: float, known: float) -> _Solved | None:
    """Return the best pose and focal length near `factor` times the camera's; None if no pose sees the points."""
    start = _with_focal(camera, camera.fx * factor)
    distortion = np.array(camera.distortion, dtype=np.float64)
    good, rotation, translation = cv2.solvePnP(seen.table_m, seen.pixels, start.K, distortion, flags=cv2.SOLVEPNP_SQPNP)
    if not good or not np.isfinite(rotation).all():
        return None
    R, _ = cv2.Rodrigues(rotation)
    T = se3.from_parts(np.asarray(R, np.float64), np.asarray(translation, np.float64).ravel())
    sigma = _pixel_sigma(seen, start, T)

    def off(x: FloatArray) -> FloatArray:
        shown = _with_focal(camera, camera.fx * float(np.exp(x[6])))
        away = (project(shown, displaced(T, x[:6]), seen.table_m) - seen.pixels) / sigma[:, None]
        return np.append(np.nan_to_num(away, nan=1e4).ravel(), x[6] / known)

    fitted = least_squares(off, np.append(np.zeros(6), np.log(factor)), x_scale=[0.1] * 6 + [known])
    shown = _with_focal(camera, camera.fx * float(np.exp(fitted.x[6])))
    covariance = np.linalg.pinv(fitted.jac.T @ fitted.jac) * _spread(seen, fitted.fun)
    residual = fitted.fun[:-1].reshape(-1, 2)
    return _Solved(
        T_camera_table=displaced(T, fitted.x[:6]),
        camera=replace(shown, focal_sigma=float(shown.fx * np.sqrt(covariance[6, 6]))),
        covariance=covariance,
        residual=residual,
        cost=float(np.sum(fitted.fun**2)),
        rms_px=float(np.sqrt(np.mean((residual * sigma[:, None]) ** 2))),
    )


def _spread(seen: Landmarked, residual: FloatArray) -> float:
    """Return by how much the residuals exceed what they should be (chi-square per degree of freedom, at least 1)."""
    return max(1.0, float(np.sum(residual**2)) / max(1, 2 * len(seen.pixels) - 6))


def _with_focal(camera: Camera, fx: float) -> Camera:
    return replace(camera, fx=fx, fy=camera.fy * fx / camera.fx)


def _pixel_sigma(seen: Landmarked, camera: Camera, T: FloatArray) -> FloatArray:
    """Return (N,) one standard deviation of a point in the picture: its pixel, and its place on the table."""
    depth = np.maximum(se3.apply(T, seen.table_m)[:, 2], 0.05)
    found: FloatArray = np.hypot(seen.pixel_sigma, seen.table_sigma_m * camera.fx / depth)
    return found


def _check_fit(seen: Landmarked, camera: Camera, solved: _Solved, limits: PointLimits) -> None:
    """Refuse points of which one misses by far; name the one without which the others fit best."""
    away = np.linalg.norm(solved.residual, axis=1)
    if away.max() <= limits.misfit:
        return
    worst = int(np.argmax(away))
    if len(away) > 4:
        rest = [_solve(_without(seen, k), camera) for k in range(len(away))]
        worst = int(np.argmin([np.sum(answer.residual**2) for answer in rest]))
        shown = project(rest[worst].camera, rest[worst].T_camera_table, seen.table_m[worst : worst + 1])[0]
        told = (
            f"point {worst + 1} does not fit the others: they put it at ({shown[0]:.0f}, {shown[1]:.0f}) px, not at "
            f"({seen.pixels[worst][0]:.0f}, {seen.pixels[worst][1]:.0f})"
        )
    else:
        told = f"no camera sees the {len(away)} points so; they miss by {solved.rms_px:.1f} px"
    raise InputFault("SK862", told, "check the pixels, the order of the points, their units, and `focal`")


def _without(seen: Landmarked, index: int) -> Landmarked:
    return replace(seen, pixels=np.delete(seen.pixels, index, axis=0), table_m=np.delete(seen.table_m, index, axis=0))


def _calibration(seen: Landmarked, solved: _Solved, source: str) -> Calibration:
    T, R = solved.T_camera_table, solved.T_camera_table[:3, :3]
    t = T[:3, 3]
    cross = np.array([[0, -t[2], t[1]], [t[2], 0, -t[0]], [-t[1], t[0], 0]])
    # Camera position in the table frame: c = -R^T t, so dc = -R^T (dt + [t]x dr) to first order.
    J = -R.T @ np.hstack([np.eye(3), cross])
    position = float(np.trace(J @ solved.covariance[:6, :6] @ J.T))
    distance = float(np.linalg.norm(t))
    return Calibration(
        camera=solved.camera,
        T_camera_table=T,
        position_sigma_m=float(np.sqrt(position + (seen.size_sigma * distance) ** 2)),
        rotation_sigma_rad=float(np.sqrt(np.trace(solved.covariance[3:6, 3:6]))),
        scale_sigma=float(np.hypot(seen.size_sigma, _length_sigma(seen, solved))),
        reprojection_rms_px=solved.rms_px,
        table_plane_rms_m=None,
        source=source,
        tags=(),
    )


def _length_sigma(seen: Landmarked, solved: _Solved) -> float:
    """Return the relative one standard deviation of upright lengths in the points' middle.

    Lengths along the table lie between the points; a height is the picture's size at a distance that the focal length
    decides, so it is the less sure one.
    """
    foot = seen.table_m.mean(axis=0)
    upright = np.stack([foot, foot + np.array([0.0, 0.0, 0.1])])
    pixels = project(solved.camera, solved.T_camera_table, upright)

    def height(x: FloatArray) -> float:
        """Return what the same pixels mean under a camera moved by `x` (7,)."""
        camera = _with_focal(solved.camera, solved.camera.fx * float(np.exp(x[6])))
        T = displaced(solved.T_camera_table, x[:6])
        at = on_plane(camera, T, pixels[:1])[0]
        tall = project(camera, T, np.stack([at, at + np.array([0.0, 0.0, 0.1])]))
        return float(0.1 * np.linalg.norm(pixels[1] - pixels[0]) / np.linalg.norm(tall[1] - tall[0]))

    step = 1e-5
    slope = np.array([(height(step * unit) - height(-step * unit)) / (2 * step) for unit in np.eye(7)])
    return float(np.sqrt(slope @ solved.covariance @ slope) / 0.1)
