"""Whether an outline's thing can stand as it is seen, and the prism of one that lies.

One picture of a banana shows as well a tall thing that stands on its tip. But what stands, stands on a base: a disc on
the table, behind the outline's lowest point, that the outline covers. Where that base is so small that a light push
topples what stands on it, the thing lies, and its outline on the table is its plan.
"""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import on_plane, project
from skillc.runtime.perception.scene.silhouette import filled, hull
from skillc.runtime.perception.shape.carved_hull import Prism, circle, edge_of, foot_of

TOPPLES_RAD = np.deg2rad(12)
"""ours: bottles and cans topple beyond 16 deg, a candle of 2 cm by 10 cm at 11."""
COVERED = 0.9
"""ours: share of a base that the outline must cover; rounded edges and blur take the rest."""
TALL = 1.5
"""ours: height over width; lower things may stand with a corner towards the camera, where no disc shows their base."""
BASES = np.geomspace(0.002, 0.2, 40)
"""m, radii that are tried."""
ROUNDS = 4
"""ours: of plan and thickness; they settle within a millimetre in three."""


def base_angle(mask: BoolArray, height_m: float, camera: Camera, T_camera_table: FloatArray) -> float:
    """Return how far (rad) a thing of a height leans till it falls off the largest base that its outline (H, W) shows.

    pi / 2 where the outline's lowest point is not on the table.
    """
    foot = foot_of(mask, camera, T_camera_table)
    if foot is None:
        return float(np.pi / 2)
    away = foot[:2] - se3.inverse(T_camera_table)[:2, 3]
    away /= max(float(np.linalg.norm(away)), 1e-9)
    largest = 0.0
    for radius in BASES:
        disc = np.column_stack([foot[:2] + radius * away + radius * circle(), np.zeros(len(circle()))])
        drawn = filled(project(camera, T_camera_table, disc), *mask.shape)
        if not np.count_nonzero(drawn & mask) >= COVERED * np.count_nonzero(drawn):
            break
        largest = float(radius)
    return float(np.arctan2(largest, height_m / 2))


def topples(mask: BoolArray, height_m: float, width_m: float, camera: Camera, T_camera_table: FloatArray) -> bool:
    """Whether a thing of a height and width would fall over on the largest base that its outline (H, W) shows."""
    return bool(height_m > TALL * width_m and base_angle(mask, height_m, camera, T_camera_table) < TOPPLES_RAD)


def lying_prism(
    mask: BoolArray, camera: Camera, T_camera_table: FloatArray, *, along: Prism | None = None
) -> Prism | None:
    """Return the prism of a lying thing: its plan is its outline (H, W) on the table, as thick as it is narrow.

    Args:
        mask: Its pixels, or those of a piece of it.
        camera: Pinhole.
        T_camera_table: (4, 4).
        along: The whole thing's prism, whose axes and thickness its pieces share.

    Returns:
        None where the outline looks past the table.
    """
    edge = edge_of(mask)
    thickness = 0.0 if along is None else along.height_m
    for _ in range(ROUNDS):
        ground = on_plane(camera, T_camera_table, edge, thickness / 2)[:, :2]
        if not np.isfinite(ground).all():
            return None
        (_, _), sides, turn = cv2.minAreaRect(ground.astype(np.float32))
        if along is not None:
            break
        thickness = float(min(sides))
    # OpenCV gives the angle of the first side.
    narrow = np.deg2rad(turn) + (0.0 if sides[0] <= sides[1] else np.pi / 2)
    across = np.array([np.cos(narrow), np.sin(narrow)]) if along is None else along.across
    plan: FloatArray = hull(ground)
    # Anticlockwise, as prisms are.
    area = float(np.sum(plan[:, 0] * np.roll(plan[:, 1], -1) - np.roll(plan[:, 0], -1) * plan[:, 1]))
    return Prism(plan=plan if area > 0 else plan[::-1], height_m=thickness, across=across, unseen="height")
