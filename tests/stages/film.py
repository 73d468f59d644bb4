"""A short made-up film of things on a table, its calibration beside it, and stages run upon it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.recording import Camera, Recording, Source
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.scene.silhouette import filled, hull
from tests.run_stage import Told, run_on

CAMERA = Camera(width=480, height=360, fx=340.0, fy=340.0, cx=239.5, cy=179.5, focal_sigma=2.0)
RED, BLUE, TABLE = (190, 40, 40), (40, 60, 170), (150, 140, 120)
CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (0, 2)]) * 0.035
"""Of a cube that stands at the origin."""

Thing = tuple[BoolArray, tuple[int, int, int]]
"""The pixels (H, W) of a thing and its colour."""


def look_at_table() -> np.ndarray:
    """Return T_camera_table of a camera before the table that looks down on it."""
    eye, aim = np.array([0.0, -0.30, 0.50]), np.array([0.0, 0.12, 0.0])
    z = (aim - eye) / np.linalg.norm(aim - eye)
    x = np.cross(z, [0.0, 0.0, 1.0])
    x /= np.linalg.norm(x)
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = np.stack([x, np.cross(z, x), z], axis=1), eye
    return se3.inverse(T)


T_CAMERA_TABLE = look_at_table()


def ball_points() -> np.ndarray:
    """Return the surface (N, 3) of a ball of 7 cm that lies at the origin."""
    way = np.random.default_rng(0).normal(size=(600, 3))
    return 0.035 * way / np.linalg.norm(way, axis=1)[:, None] + [0, 0, 0.035]


def mask_of(points_table: np.ndarray) -> BoolArray:
    return filled(hull(project(CAMERA, T_CAMERA_TABLE, points_table)), CAMERA.height, CAMERA.width)


def shoot(root: Path, frames: int, things: Callable[[int], Sequence[Thing]]) -> None:
    """Draw an RGB-D film of `frames` pictures and describe it.

    Everything that `things` puts on the table in a frame is drawn in its order and seen 3 cm before the table.
    """
    rng = np.random.default_rng(1)
    table = np.clip(rng.normal(TABLE, 0.5, (CAMERA.height, CAMERA.width, 3)), 0, 255).astype(np.uint8)
    speckle = rng.integers(-25, 25, (CAMERA.height, CAMERA.width, 1))
    rows, columns = np.mgrid[: CAMERA.height, : CAMERA.width]
    rays = np.stack([(columns - CAMERA.cx) / CAMERA.fx, (rows - CAMERA.cy) / CAMERA.fy, np.ones_like(rows, float)], -1)
    T_table_camera = se3.inverse(T_CAMERA_TABLE)
    depth = -T_table_camera[2, 3] / (rays @ T_table_camera[:3, :3].T)[..., 2]
    for folder in ("color", "depth"):
        (root / "film" / folder).mkdir(parents=True)
    for frame in range(frames):
        picture, seen = table.copy(), depth.copy()
        for mask, colour in things(frame):
            picture[mask] = np.clip(np.array(colour) + speckle[mask], 0, 255)
            seen[mask] = depth[mask] - 0.03
        cv2.imwrite(str(root / "film" / "color" / f"{frame:03}.png"), picture[..., ::-1])
        cv2.imwrite(str(root / "film" / "depth" / f"{frame:03}.png"), np.round(seen * 1000).astype(np.uint16))
    describe(root, frames)


def describe(root: Path, frames: int, *, camera: Camera = CAMERA, has_depth: bool = True) -> None:
    """Write the recording of `frames` pictures in the folder `film`, its calibration and the landmarks of no hand."""
    Recording(
        kind="rgbd_folder", source=Source(path="film", sha256=""), camera=camera,
        region=(0, 0, camera.width, camera.height), rotation_deg=0, time_s=tuple(k / 30 for k in range(frames)),
        fps=30.0, has_depth=has_depth, depth_unit_m=0.001, start_frame=0,
        reference_frame=0, reference_image=None, notes=(),
    ).save(root / "recording.json")  # fmt: skip
    Calibration(
        camera=camera, T_camera_table=T_CAMERA_TABLE, position_sigma_m=0.001, rotation_sigma_rad=0.001,
        scale_sigma=0.01, reprojection_rms_px=0.2, table_plane_rms_m=None, source="tag", tags=(0,),
    ).save(root / "calibration.json")  # fmt: skip
    nowhere = np.full((frames, 21, 2), np.nan)
    Landmarks(
        frame=np.arange(frames), joints_px=nowhere, joints_relative_m=np.full((frames, 21, 3), np.nan),
        score=np.zeros(frames), other_px=nowhere, handedness="right", estimator="none",
    ).save(root / "motion" / "landmarks.npz")  # fmt: skip


def run_stage(stage: Stage, spec: ResolvedSpec, film: Path, out: Path, **changed: object) -> Told:
    """Run a stage in the folder `out` upon a film; returns what it announced.

    Args:
        stage: The stage; what it needs beside the film lies in `out`.
        spec: Gives its parameters.
        film: A folder that `shoot` wrote.
        out: A folder.
        changed: Section -> what replaces the spec's in it.
    """
    return run_on(stage, spec, (film, out), out, data=film, **changed)
