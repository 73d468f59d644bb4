"""How well tracked points agree with a thing that slides on the table, whatever its shape.

Sliding leaves every point at its height. So a few pictures tell where a rigid set of points moved (x, y and yaw per
picture) and how high each point lies, with far more equations than unknowns: what is lifted does not fit.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse import csr_matrix, lil_matrix

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.geometry.projection import on_plane, project, rays_table

MOMENTS, POINTS, FEWEST = 10, 24, 4
"""ours: pictures and points that are looked at, enough to outvote single errors; fewer points than 4 fit anything."""
FIRST_HEIGHT_M = 0.03
"""ours: where the search begins."""


def slide_residual(
    xy_px: FloatArray, visible: BoolArray, calibration: Calibration, reference: int, time_s: FloatArray
) -> float:
    """Return how far points are from where the best slide takes them, px at 960 px picture width.

    Args:
        xy_px: (T, K, 2) tracked points of one thing.
        visible: (T, K).
        calibration: Camera and table frame.
        reference: Frame in which the points were found.
        time_s: (T,).

    Returns:
        The largest of the pictures' median distances; NaN with too few points.
    """
    moments = np.interp(np.linspace(time_s[reference], time_s[-1], MOMENTS + 1)[1:], time_s, np.arange(len(time_s)))
    frames = np.unique(np.round(moments).astype(int))
    lasting = np.argsort(-visible[frames].sum(axis=0), kind="stable")[:POINTS]
    first, seen, shown = xy_px[reference][lasting], xy_px[frames][:, lasting], visible[frames][:, lasting]
    enough = shown.sum(axis=1) >= FEWEST
    if not enough.any():
        return float("nan")
    frames, seen, shown = frames[enough], seen[enough], shown[enough]
    place = _slide(first, calibration)
    unit = calibration.camera.width / 960

    def residual(unknown: FloatArray) -> FloatArray:
        return np.where(shown[..., None], np.nan_to_num((place(unknown, len(frames)) - seen) / unit), 0.0).ravel()

    start, low, high = _start(first, seen, shown, calibration)
    fitted = least_squares(
        residual,
        start,
        bounds=(low, high),
        loss="soft_l1",
        jac_sparsity=_dependence(len(first), len(frames)),
        x_scale="jac",
        max_nfev=60,
    )
    away = np.linalg.norm(residual(fitted.x).reshape(len(frames), -1, 2), axis=2)
    return max(float(np.median(away[k][shown[k]])) for k in range(len(frames)))


def _slide(first: FloatArray, calibration: Calibration) -> Callable[[FloatArray, int], FloatArray]:
    """Return the pixels (F, K, 2) of points for (heights (K,), yaws (F,), shifts (F, 2)), all in one vector."""
    eye, direction = rays_table(calibration.camera, calibration.T_camera_table, first)
    middle = on_plane(calibration.camera, calibration.T_camera_table, first, FIRST_HEIGHT_M)[:, :2].mean(axis=0)
    points = len(first)

    def place(unknown: FloatArray, pictures: int) -> FloatArray:
        height, yaw, shift = np.split(unknown, [points, points + pictures])
        at = eye + direction * ((height - eye[2]) / direction[:, 2])[:, None]
        about = at[:, :2] - middle
        c, s = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
        turned = np.stack([c * about[:, 0] - s * about[:, 1], s * about[:, 0] + c * about[:, 1]], axis=2)
        moved = np.empty((pictures, points, 3))
        moved[..., :2] = middle + turned + shift.reshape(pictures, 1, 2)
        moved[..., 2] = height
        return project(calibration.camera, calibration.T_camera_table, moved.reshape(-1, 3)).reshape(pictures, -1, 2)

    return place


def _start(
    first: FloatArray, seen: FloatArray, shown: BoolArray, calibration: Calibration
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where the search begins, and its bounds: from the table to half-way up to the camera."""
    camera, T = calibration.camera, calibration.T_camera_table
    pictures, points = shown.shape
    ground = on_plane(camera, T, first, FIRST_HEIGHT_M)[:, :2]
    there = on_plane(camera, T, seen.reshape(-1, 2), FIRST_HEIGHT_M)[:, :2].reshape(pictures, points, 2)
    shift = np.stack([np.median((there[k] - ground)[shown[k]], axis=0) for k in range(pictures)])
    yaw = np.array([_turn(ground[shown[k]], there[k][shown[k]]) for k in range(pictures)])
    top = float(rays_table(camera, T, first[:1])[0][2]) / 2
    free = np.full(3 * pictures, np.inf)
    return (
        np.concatenate([np.full(points, min(FIRST_HEIGHT_M, top / 2)), yaw, shift.ravel()]),
        np.concatenate([np.zeros(points), -free]),
        np.concatenate([np.full(points, top), free]),
    )


def _turn(before: FloatArray, after: FloatArray) -> float:
    """Return the angle, rad, that turns points (K, 2) about their middle onto where they are then."""
    a, b = before - before.mean(axis=0), after - after.mean(axis=0)
    return float(np.arctan2(np.sum(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]), np.sum(a * b)))


def _dependence(points: int, pictures: int) -> csr_matrix:
    """Return which residual (picture, point, axis) depends on which unknown."""
    depends = lil_matrix((pictures * points * 2, points + 3 * pictures), dtype=np.int8)
    picture, point, axis = (index.ravel() for index in np.indices((pictures, points, 2)))
    row: IntArray = (picture * points + point) * 2 + axis
    for column in (point, points + picture, points + pictures + 2 * picture, points + pictures + 2 * picture + 1):
        depends[row, column] = 1
    return depends.tocsr()
