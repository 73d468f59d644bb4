"""Every keyframe between its neighbours, cut out around the object: the eye tells whether it is the right one."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.object.outline_points import outline_points
from skillc.runtime.perception.recording.frames import open_recording
from skillc.runtime.perception.scene.silhouette import outline_of
from skillc.runtime.view.pictures.canvas import COLOURS, Shown, label, save_picture
from skillc.runtime.view.time_marks import keyframe_marks

BESIDE = (-6, -3, -1, 0, 1, 3, 6)
"""ours: frames from the keyframe; three is what a confidence speaks of."""
CELL_PX = 200
AROUND = 2.4
"""ours: side of what is cut out, in diameters of the object."""


def draw(made: Shown, picture: Path) -> None:
    """Write a row per keyframe."""
    with open_recording(made.load(Recording), made.find_data) as reader:
        save_picture(sheet(made, reader.color, len(reader)), picture)


def sheet(made: Artifacts, seen: Callable[[int], Image], frames: int) -> Image:
    """Return the rows; `seen` gives a frame (H, W, 3) of the `frames` there are."""
    found = made.load(Keyframes)
    rows = []
    for name, keyframe in keyframe_marks(found).items():
        row = []
        for beside in BESIDE:
            frame = keyframe + beside
            cell = _cut_out(made, seen(frame), frame) if 0 <= frame < frames else _blank()
            label(cell, f"{name} {frame}" if beside == 0 else f"{beside:+d}", (6, 18))
            if beside == 0:
                label(cell, f"confidence {getattr(found.confidence, name):.2f}", (6, CELL_PX - 8))
                cv2.rectangle(cell, (0, 0), (CELL_PX - 1, CELL_PX - 1), COLOURS["manipulated"], 3)
            row.append(cell)
        rows.append(np.concatenate(row, axis=1))
    return np.concatenate(rows, axis=0)


def _cut_out(made: Artifacts, image: Image, frame: int) -> Image:
    """Return the square around the object in a frame, with its outline."""
    calibration, motion, thing = made.load(Calibration), made.load(ObjectMotion), made.load(Twin).manipulated
    T = calibration.T_camera_table @ motion.T_table_object[frame]
    middle = np.array([[0.0, 0.0, thing.size_m[2] / 2]])
    at: FloatArray = project(calibration.camera, T, middle)[0]
    outline = outline_of(calibration.camera, T, outline_points(thing, made.path("twin")))
    side = AROUND * float(np.ptp(outline, axis=0).max())
    scale = CELL_PX / side
    M = np.array([[scale, 0.0, CELL_PX / 2 - scale * at[0]], [0.0, scale, CELL_PX / 2 - scale * at[1]]])
    cell = cv2.warpAffine(image, M, (CELL_PX, CELL_PX), flags=cv2.INTER_AREA).astype(np.uint8)
    moved = np.round(outline @ M[:, :2].T + M[:, 2]).astype(np.int32)
    cv2.polylines(cell, [moved], True, COLOURS["manipulated"], 1, cv2.LINE_AA)
    return cell


def _blank() -> Image:
    return np.full((CELL_PX, CELL_PX, 3), 230, dtype=np.uint8)
