"""What stands on the table, with names, roles and confidence."""

from pathlib import Path

import cv2
import numpy as np

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.scene import Masks, Scene
from skillc.runtime.view.pictures.canvas import COLOURS, label, reference_picture, save_picture

DROPPED = (220, 40, 40)
"""RGB of what was taken for no thing."""


def draw(made: Artifacts, picture: Path) -> None:
    """Write the clusters with names, roles and confidence, and what was taken for none, with the reason."""
    image = reference_picture(made)
    scene = made.load(Scene)
    masks = made.load(Masks).mask
    for thing, mask in zip(scene.objects, masks, strict=True):
        contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(image, contours, -1, COLOURS[thing.role], 2, cv2.LINE_AA)
        x, y, _, _ = thing.box_px
        label(image, f"{thing.name}: {thing.role} {thing.confidence:.2f}", (x, y - 8))
    for region in scene.dropped:
        x, y, width, height = (round(v) for v in region.box_px)
        cv2.rectangle(image, (x, y), (x + width, y + height), DROPPED, 2, cv2.LINE_AA)
        label(image, f"dropped: {region.reason}", (x, y + height + 18))
    save_picture(image, picture)
