"""How far what a build found is from a simulated recording's truth: numbers only, no files."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.geometry.projection import on_plane, project

GROUND = np.array([[x, y, 0.0] for x in np.linspace(0, 0.5, 6) for y in np.linspace(0, 0.4, 5)])
"""Table points (30, 3) beside the tag at which cameras are compared, m."""

NORMAL_P95_3D = 2.7955
"""95th percentile of the length of a 3D vector whose components are standard normal (chi, 3 degrees of freedom)."""

FOUND_PX = 60.0
"""px; a hand whose median landmark is further off than this was not found (ours: about half a palm)."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Median and 95th percentile of errors."""

    median: float
    p95: float
    count: int


def spread(errors: FloatArray) -> Spread | None:
    """Summarise the finite ones of `errors`; None where there is none."""
    finite = np.asarray(errors)[np.isfinite(errors)]
    if not len(finite):
        return None
    return Spread(median=float(np.median(finite)), p95=float(np.percentile(finite, 95)), count=len(finite))


def middles(thing: TwinObject, T_table_object: FloatArray) -> FloatArray:
    """Return where the middle of the object's extents is, (T, 3) m, for its poses (T, 4, 4)."""
    half = np.array([0.0, 0.0, thing.size_m[2] / 2])
    found: FloatArray = T_table_object[:, :3, :3] @ half + T_table_object[:, :3, 3]
    return found


def naming(found: TwinObject, true: TwinObject) -> FloatArray:
    """Return the turn (3, 3) about z, by quarters, that makes the found object's axes mean what the true ones do.

    Which side of a box is called x is a convention, not an error.
    """
    relative = np.asarray(true.T_table_object)[:3, :3].T @ np.asarray(found.T_table_object)[:3, :3]
    yaw = np.arctan2(relative[1, 0], relative[0, 0])
    quarters = round(float(yaw) / (np.pi / 2))
    c, s = np.cos(quarters * np.pi / 2), np.sin(quarters * np.pi / 2)
    return np.round(np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]))


def round_about_z(found: TwinObject, true: TwinObject) -> bool:
    """Whether turns about z cannot be compared: the true object has no preferred one, or the twin claims none."""
    return "z" in (found.symmetry, true.symmetry)


def turn_errors(found: FloatArray, true: FloatArray, symmetric: bool) -> FloatArray:
    """Return angles (T,) rad between rotations (T, 3, 3): of the z axes alone for symmetric objects."""
    relative = np.swapaxes(true, 1, 2) @ found
    if symmetric:
        return np.asarray(np.arctan2(np.hypot(relative[:, 0, 2], relative[:, 1, 2]), relative[:, 2, 2]))
    # By sine and cosine: the arc cosine alone loses small angles to rounding.
    axis = np.stack([relative[:, 2, 1] - relative[:, 1, 2], relative[:, 0, 2] - relative[:, 2, 0],
                     relative[:, 1, 0] - relative[:, 0, 1]], axis=1)  # fmt: skip
    return np.asarray(np.arctan2(np.linalg.norm(axis, axis=1), np.trace(relative, axis1=1, axis2=2) - 1))


def size_errors(found: TwinObject, true: TwinObject) -> tuple[FloatArray, BoolArray]:
    """Return relative errors (3,) of the extents, and which of them the twin says it measured.

    A round object's two widths are one number: their mean is compared.
    """
    size, measured = np.array(found.size_m), np.array(found.size_measured)
    if naming(found, true)[0, 0] == 0:
        size, measured = size[[1, 0, 2]], measured[[1, 0, 2]]
    if true.symmetry == "z":
        size[:2] = size[:2].mean()
    return size / np.array(true.size_m) - 1, measured


def landmark_errors(found_px: FloatArray, true_px: FloatArray, width: int, height: int) -> tuple[FloatArray, float]:
    """Return errors (N, 21) px of the frames in which the hand was found, and their share of those that show it.

    Args:
        found_px: (T, 21, 2), NaN where not detected.
        true_px: (T, 21, 2).
        width: of the picture, px; a frame shows the hand if nine tenths of its joints are inside.
        height: px.
    """
    shown = ((true_px >= 0) & (true_px < [width, height])).all(axis=2).mean(axis=1) > 0.9
    errors: FloatArray = np.linalg.norm(found_px - true_px, axis=2)[shown]
    found: BoolArray = np.asarray(np.isfinite(errors).all(axis=1))
    found[found] &= np.median(errors[found], axis=1) < FOUND_PX
    return errors[found], float(found.mean()) if len(found) else float("nan")


def ground_errors(found: Calibration, camera_true: Calibration) -> FloatArray:
    """Return how far (N,), m, points of the table come out from where they are, through the found camera."""
    camera = camera_true.camera
    pixels = project(camera, camera_true.T_camera_table, GROUND)
    inside = ((pixels > 0) & (pixels < [camera.width, camera.height])).all(axis=1)
    away: FloatArray = np.linalg.norm(on_plane(found.camera, found.T_camera_table, pixels) - GROUND, axis=1)
    return away[inside]


def too_small(errors: FloatArray, sigma: FloatArray) -> float | None:
    """Return by which factor standard deviations per axis (T,) are too small for 3D errors (T,), at their 95 %.

    1 is right, 2 means half of what it should be; frames whose sigma is exactly 0 state no error and are left out.
    """
    told = np.isfinite(errors) & np.isfinite(sigma) & (sigma > 0)
    if not told.any():
        return None
    return float(np.percentile(errors[told] / sigma[told], 95) / NORMAL_P95_3D)
