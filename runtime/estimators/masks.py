"""Ask SAM for the masks of one picture: SAM 3 by words, SAM 2 by a pixel inside what the clusters found."""

from collections.abc import Sequence

import cv2
import numpy as np

from skillc.runtime.estimators import client
from skillc.runtime.estimators.catalog import Estimator
from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image
from skillc.runtime.perception.recording.faults import InputFault

TASK = "object_masks"


def by_words(estimator: Estimator, image: Image, words: Sequence[str]) -> tuple[BoolArray, FloatArray]:
    """Return masks (P, H, W) and scores (P,) of what the words (P) name; an empty mask where nothing answers to them.

    Raises:
        InputFault: SK831 when the worker fails or answers another number or size of masks.
    """
    return _ask(estimator, image, list(words))


def by_places(estimator: Estimator, image: Image, masks: Sequence[BoolArray]) -> tuple[BoolArray, FloatArray]:
    """Return the masks (P, H, W) and scores (P,) of the things at the innermost pixel of each mask (H, W).

    Raises:
        InputFault: as `by_words`.
    """
    return _ask(estimator, image, [list(innermost(mask)) for mask in masks])


def innermost(mask: BoolArray) -> tuple[float, float]:
    """Return the pixel (x, y) of a mask (H, W) that is farthest from its outline."""
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return float(column), float(row)


def _ask(estimator: Estimator, image: Image, prompts: Sequence[object]) -> tuple[BoolArray, FloatArray]:
    height, width = image.shape[:2]
    if not prompts:
        return np.zeros((0, height, width), dtype=bool), np.zeros(0)
    answer = client.ask(
        estimator,
        TASK,
        [image],
        width=width,
        height=height,
        frames=1,
        options={"model": estimator.name, "prompts": list(prompts)},
        progress=lambda k: None,
    )
    masks, score = np.asarray(answer["mask"], dtype=bool), np.asarray(answer["score"], dtype=np.float64)
    if masks.shape != (len(prompts), height, width) or score.shape != (len(prompts),):
        raise InputFault(
            "SK831",
            f"estimator {estimator.name} answers masks {masks.shape}; expected {(len(prompts), height, width)}",
            "its worker and its packages do not fit together",
        )
    return masks, score
