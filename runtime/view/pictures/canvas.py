"""What pictures are drawn on: the reference picture with readable labels, or a page of plots."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.perception.recording.frames import read_picture

REFERENCE = "scene/reference.jpg"
"""Kept by the scene stage."""
COLOURS = {"manipulated": (40, 220, 60), "target": (60, 140, 255), "obstacle": (255, 170, 40)}
"""RGB per role."""
WHITE = (255, 255, 255)
LINE_PX, LETTER_PX = 18, 9
"""Of a label's text."""


@dataclass(frozen=True, kw_only=True)
class Shown(Artifacts):
    """What a picture may look at: what stages made, and the recording itself."""

    find_data: Callable[[str], Path]
    """Relative path of an input file -> where it lies."""


def reference_picture(made: Artifacts) -> Image:
    """Return the picture that the scene was understood in, to be drawn on."""
    return read_picture(made.path(REFERENCE)).copy()


def label(image: Image, text: str, at: tuple[float, float] | FloatArray) -> None:
    """Write `text` into `image`, its first letter near `at` (px) but inside the picture."""
    x = int(np.clip(at[0], 4, image.shape[1] - 10 * len(text)))
    y = int(np.clip(at[1], 16, image.shape[0] - 6))
    cv2.putText(image, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(image, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, WHITE, 1, cv2.LINE_AA)


def save_picture(image: Image, picture: Path) -> None:
    """Write (H, W, 3) RGB as PNG."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(picture), image[..., ::-1])


def save_page(figure: Figure, picture: Path, *, dpi: int) -> None:
    """Write a page of plots as PNG."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    # No date and no version in the file: equal inputs give equal bytes.
    figure.savefig(picture, dpi=dpi, metadata={"Software": None})
