"""The twin's outlines over the photo."""

from pathlib import Path

import cv2
import numpy as np

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.twin import Twin
from skillc.runtime.perception.object.outline_points import outline_points
from skillc.runtime.perception.scene.silhouette import outline_of
from skillc.runtime.view.pictures.canvas import COLOURS, LETTER_PX, LINE_PX, label, reference_picture, save_picture


def draw(made: Artifacts, picture: Path) -> None:
    """Write the twin's outlines over the photo with sizes, and their standard deviations in millimetres."""
    image, calibration = reference_picture(made), made.load(Calibration)
    folder = made.path("twin")
    taken: list[tuple[float, float, float]] = []
    for thing in made.load(Twin).objects:
        polygon = outline_of(
            calibration.camera,
            calibration.T_camera_table @ np.asarray(thing.T_table_object),
            outline_points(thing, folder),
        )
        cv2.polylines(image, [np.round(polygon).astype(np.int32)], True, COLOURS[thing.role], 2, cv2.LINE_AA)
        if thing.shape.handle is not None:
            T = calibration.T_camera_table @ np.asarray(thing.T_table_object)
            bar = outline_of(calibration.camera, T, thing.shape.handle.corners())
            cv2.polylines(image, [np.round(bar).astype(np.int32)], True, COLOURS[thing.role], 2, cv2.LINE_AA)
        size = " x ".join(
            f"{1e3 * v:.0f}{'' if seen else '?'}" for v, seen in zip(thing.size_m, thing.size_measured, strict=True)
        )
        top = polygon[np.argmin(polygon[:, 1])]
        lines = (
            f"{thing.name}: {thing.shape.kind} {size} mm",
            f"+-{1e3 * max(thing.size_sigma_m):.0f} mm, IoU {thing.outline_iou:.2f}, {1e3 * thing.mass:.0f} g",
        )
        left, width = top[0] - 90, LETTER_PX * max(map(len, lines))
        below = above_others(left, left + width, top[1] - 8, len(lines), taken)
        taken.append((left, left + width, below))
        for row, line in enumerate(reversed(lines)):
            label(image, line, (left, below - LINE_PX * row))
    save_picture(image, picture)


def above_others(left: float, right: float, below: float, lines: int, taken: list[tuple[float, float, float]]) -> float:
    """Return the lowest place (px, at most `below`) for some lines of text that leaves labels already drawn readable.

    Args:
        left: px.
        right: px.
        below: px, where the last line would stand.
        lines: Their number, as that of the others.
        taken: Left, right and last line of the labels that are there.
    """
    for start, end, other in sorted(taken, key=lambda label: -label[2]):
        if left < end and start < right and abs(below - other) < lines * LINE_PX:
            below = other - lines * LINE_PX
    return below
