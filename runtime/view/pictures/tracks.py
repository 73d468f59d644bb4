"""The paths of all followed points."""

from pathlib import Path

import cv2
import numpy as np

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.scene import Scene
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.view.pictures.canvas import COLOURS, WHITE, label, reference_picture, save_picture


def draw(made: Artifacts, picture: Path) -> None:
    """Write the paths of all points while they are visible."""
    image = reference_picture(made)
    tracks = made.load(Tracks)
    scene = made.load(Scene)
    for k in range(tracks.xy_px.shape[1]):
        colour = COLOURS[scene.objects[int(tracks.object_index[k])].role]
        path = tracks.xy_px[tracks.visible[:, k], k]
        cv2.polylines(image, [np.round(path * 8).astype(np.int32)], False, colour, 1, cv2.LINE_AA, 3)
        if len(path):
            cv2.circle(image, tuple(map(int, path[-1])), 2, WHITE, -1, cv2.LINE_AA)
    seen = int(tracks.visible[-1].sum())
    label(image, f"{tracks.xy_px.shape[1]} points, {seen} seen at the end", (12, 24))
    save_picture(image, picture)
