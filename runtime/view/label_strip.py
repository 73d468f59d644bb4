"""Pictures side by side as one file, a name above each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from skillc.runtime.formats.arrays import Image


def save_strip(rows: Sequence[Sequence[Image]], names: Sequence[str], width: int, path: Path) -> None:
    """Write rows of pictures, one below the other, as PNG.

    Args:
        rows: pictures (H, W, 3) RGB; those of a row are equally high.
        names: written above the columns.
        width: px, of a column.
        path: where to.
    """
    import cv2

    lines = [np.concatenate(row, axis=1) for row in rows]
    narrowest = min(line.shape[1] for line in lines)
    strip = np.ascontiguousarray(np.concatenate([line[:, :narrowest] for line in lines], axis=0))
    for column, name in enumerate(names):
        at = (10 + column * width, 28)
        cv2.putText(strip, name, at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 3)
        cv2.putText(strip, name, at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), strip[..., ::-1])
