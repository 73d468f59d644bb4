"""Ask the chosen hand estimator for the landmarks of a recording."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.estimators import environment
from skillc.runtime.estimators.catalog import CATALOG, Estimator
from skillc.runtime.estimators.choice import chosen
from skillc.runtime.estimators.client import ask
from skillc.runtime.perception.hand.landmarks import SeenHands
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import FrameReader

TASK = "hand_landmarks"
HANDS = 2
"""Hands looked for: the acting one, and one that may hold or support."""


def estimator_named(name: str) -> Estimator:
    """Return the hand estimator `name`.

    Raises:
        InputFault: SK831 when there is none of that name.
    """
    found = chosen(TASK, name)
    assert found is not None, "every hand estimator is a worker"
    return found


def seen_hands(
    reader: FrameReader,
    estimator: Estimator,
    *,
    detection: float,
    tracking: float,
    announce: Callable[[str], None],
    progress: Callable[[int], None],
) -> SeenHands:
    """Return the hands in every frame, installing the estimator's environment on first use.

    Raises:
        InputFault: SK831 when the worker cannot be installed or fails.
    """
    options: dict[str, Any] = {"hands": HANDS, "detection": detection, "tracking": tracking}
    environment.prepare(estimator, announce)
    if estimator.boxes_from:
        finder = CATALOG[estimator.boxes_from]
        first = seen_hands(
            reader, finder, detection=detection, tracking=tracking, announce=announce, progress=lambda k: None
        )
        options["boxes"] = hand_boxes(first)
    camera = reader.recording.camera
    answer = ask(
        estimator,
        TASK,
        (picture for _, picture in reader.frames()),
        width=camera.width,
        height=camera.height,
        frames=len(reader),
        options=options,
        progress=progress,
    )
    return SeenHands(
        joints_px=answer["joints_px"],
        joints_relative_m=answer["joints_relative_m"],
        score=answer["score"],
        right=answer["right"],
        estimator=str(answer["version"]),
    )


def hand_boxes(seen: SeenHands) -> list[list[list[float]]]:
    """Return for each frame the boxes [x0, y0, x1, y1, right] px around the hands seen."""
    frames = []
    for px, score, right in zip(seen.joints_px, seen.score, seen.right, strict=True):
        hands = [k for k in range(len(score)) if score[k] > 0]
        frames.append([[*px[k].min(axis=0).tolist(), *px[k].max(axis=0).tolist(), float(right[k])] for k in hands])
    return frames


def precomputed_hands(path: Path, frames: int) -> SeenHands:
    """Return hands from an NPZ that another program wrote in the worker's answer format.

    Arrays: joints_px (T, N, 21, 2), joints_relative_m (T, N, 21, 3), and optionally score (T, N), right (T, N).

    Raises:
        InputFault: SK831 when arrays are missing or have other shapes.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            data = {key: archive[key] for key in archive.files}
        px, relative = data["joints_px"].astype(float), data["joints_relative_m"].astype(float)
    except (OSError, ValueError, KeyError) as reason:
        raise InputFault("SK831", f"{path.name}: not hand landmarks: {reason}", "see docs/estimators.md") from reason
    if px.ndim != 4 or px.shape[2:] != (21, 2) or relative.shape != (*px.shape[:3], 3) or len(px) != frames:
        raise InputFault(
            "SK831",
            f"{path.name}: joints_px {px.shape}, joints_relative_m {relative.shape}; "
            f"expected ({frames}, N, 21, 2) and ({frames}, N, 21, 3)",
            "see docs/estimators.md",
        )
    seen = np.isfinite(px).all(axis=(2, 3))
    return SeenHands(
        joints_px=px,
        joints_relative_m=relative,
        score=np.where(seen, data.get("score", np.ones(seen.shape)), 0.0),
        right=data.get("right", np.ones(seen.shape, dtype=bool)).astype(bool),
        estimator="precomputed",
    )
