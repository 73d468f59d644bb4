"""The object's way over the photo."""

from pathlib import Path

import cv2
import numpy as np

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.object.outline_points import outline_points
from skillc.runtime.perception.scene.silhouette import outline_of
from skillc.runtime.view.pictures.canvas import WHITE, label, reference_picture, save_picture


def draw(made: Artifacts, picture: Path) -> None:
    """Write the object's outline at eight moments and its path over the photo."""
    image, calibration = reference_picture(made), made.load(Calibration)
    folder = made.path("twin")
    twin = made.load(Twin)
    motion = made.load(ObjectMotion)
    solid = outline_points(twin.manipulated, folder)
    middle = np.array([[0.0, 0.0, twin.manipulated.size_m[2] / 2]])
    moved = np.linalg.norm(motion.T_table_object[:, :3, 3] - motion.T_table_object[0, :3, 3], axis=1)
    start = int(np.argmax(moved > 0.002))
    places = [project(calibration.camera, calibration.T_camera_table @ T, middle)[0] for T in motion.T_table_object]
    for k, frame in enumerate(np.unique(np.linspace(start, len(moved) - 1, 8).astype(int))):
        T = calibration.T_camera_table @ motion.T_table_object[frame]
        shade = tuple(int(v) for v in np.array([40, 220, 60]) * (1 - k / 8) + np.array([255, 60, 160]) * k / 8)
        outline = np.round(outline_of(calibration.camera, T, solid)).astype(np.int32)
        cv2.polylines(image, [outline], True, shade, 2, cv2.LINE_AA)
        label(image, str(frame), places[frame])
    cv2.polylines(image, [np.round(np.array(places)).astype(np.int32)], False, WHITE, 1, cv2.LINE_AA)
    sigma = 1e3 * motion.position_sigma_m[start:]
    label(image, f"position sigma {sigma.min():.0f}-{sigma.max():.0f} mm", (12, 24))
    save_picture(image, picture)
