"""The camera's place made exact by the table that it sees: tilt and height, not heading or place along the table.

A camera that was knocked sees a table that leans: beyond what calibration is uncertain by it is told, not corrected.
"""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.perception.camera.table_plane import fit_plane
from skillc.runtime.sight.sighting import Sighting

NEAR_TABLE_M = 0.06
"""ours: of points that may be the table before its place is exact: 3 deg at a metre."""
ON_TABLE_M = 0.006
"""ours: of points that are the table; twice the noise of depth at a metre."""
LEAST_SHARE = 0.2
"""ours: of the points near the table that must lie in one plane, or no plane of them is the table."""
LEAST_POINTS = 400
MOST_TILT_RAD, MOST_HEIGHT_M = float(np.deg2rad(3.0)), 0.03
"""ours: three times what a calibration may be off by; a camera that is off by more was moved (FAULTS R12)."""
SAMPLED = 3000


@dataclass(frozen=True, kw_only=True)
class Levelling:
    """How the camera stands to the table that it sees."""

    T_camera_table: FloatArray
    """(4, 4) with tilt and height as seen; as calibrated where `wrong` is not empty."""
    tilt_rad: float
    height_m: float
    """Of the seen table over the calibrated one, at the table frame's origin."""
    moved: str
    """Why the camera does not stand where it was calibrated; empty if it does."""
    unseen: str
    """Why the table cannot be told; empty if it can."""


def levelled(sighting: Sighting, twin: Twin) -> Levelling:
    """Return where the camera is by the table of the twin; equal pictures give equal places."""
    T = np.asarray(sighting.T_camera_table)
    low = np.asarray(twin.table_center_m) - np.asarray(twin.table_half_size_m)
    high = np.asarray(twin.table_center_m) + np.asarray(twin.table_half_size_m)
    points = sighting.points
    near = np.abs(points[:, 2]) < NEAR_TABLE_M
    near &= np.all((points[:, :2] > low) & (points[:, :2] < high), axis=1)
    chosen, rng = sighting.points_camera[near], np.random.default_rng(0)
    if len(chosen) < LEAST_POINTS:
        told = f"{len(chosen)} points of the picture lie near the table; expected {LEAST_POINTS} or more"
        return Levelling(T_camera_table=T, tilt_rad=0.0, height_m=0.0, moved="", unseen=told)
    some = chosen[rng.permutation(len(chosen))[:SAMPLED]]
    plane = fit_plane(some, ON_TABLE_M, rng)
    if not plane.inliers >= LEAST_SHARE * len(some):
        told = (
            f"{plane.inliers / len(some):.0%} of the points near the table lie in a plane; expected {LEAST_SHARE:.0%}"
        )
        return Levelling(T_camera_table=T, tilt_rad=0.0, height_m=0.0, moved="", unseen=told)
    turn = se3.shortest_turn(T[:3, 2], plane.normal)
    tilt = float(np.arccos(np.clip(T[:3, 2] @ plane.normal, -1.0, 1.0)))
    # About the camera itself: it is turned in its place.
    origin = turn @ T[:3, 3]
    height = plane.offset_m - float(plane.normal @ origin)
    right = se3.from_parts(turn @ T[:3, :3], origin + height * plane.normal)
    moved = ""
    if not (tilt <= MOST_TILT_RAD and abs(height) <= MOST_HEIGHT_M):
        moved = (
            f"the table is seen tilted by {np.degrees(tilt):.1f} deg and {1e3 * height:.0f} mm off; the camera was "
            "moved or its calibration is of another one: calibrate again"
        )
    return Levelling(T_camera_table=T if moved else right, tilt_rad=tilt, height_m=height, moved=moved, unseen="")
