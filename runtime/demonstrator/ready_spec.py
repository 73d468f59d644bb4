"""The specs beside a recording: the task's example, pointed at what was recorded."""

import re
from collections.abc import Sequence
from importlib import resources

import numpy as np

from skillc.runtime.demonstrator.script import Script
from skillc.runtime.demonstrator.tablecloth import CROSSES_M
from skillc.runtime.demonstrator.viewpoint import NOMINAL_FOCAL, Viewpoint
from skillc.runtime.formats.arrays import FloatArray

CLICKED_PX = 0.7
"""px, standard deviation of where a person clicks on a cross (ours)."""

Mark = tuple[FloatArray, tuple[float, float]]
"""Pixel (2,) and place on the table, m."""


def marked_points(viewpoint: Viewpoint, rng: np.random.Generator) -> list[Mark]:
    """Return the taped crosses that the picture shows, clicked by a person."""
    places = np.column_stack([CROSSES_M, np.zeros(len(CROSSES_M))])
    px = viewpoint.project(places) + rng.normal(0, CLICKED_PX, (len(places), 2))
    size = np.array([viewpoint.camera.width, viewpoint.camera.height])
    return [(p, at) for p, at in zip(px, CROSSES_M, strict=True) if (p > 0).all() and (p < size - 1).all()]


def spec_text(
    script: Script, recording: str, focal_px: float = NOMINAL_FOCAL, marks: Sequence[Mark] | None = None
) -> str:
    """Return the example spec of the script's task, pointed at `recording` ("rgbd" or "color.mp4").

    Args:
        script: what was performed.
        recording: the folder or file.
        focal_px: what is known of the camera.
        marks: pixels of places on the table, where there is no tag.
    """
    text = (resources.files("skillc.specs") / "skills" / f"{script.task}.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^# yaml-language-server.*\n", "", text)
    text = re.sub(r"(?m)^(  recording:).*$", rf"\1 {recording}", text)
    text = re.sub(r"(?m)^  region:.*\n", "", text)
    kind = "simulated" if recording == "rgbd" else "simulated-color"
    text = re.sub(r"(?m)^(skill: .*)$", rf"\1-{kind}", text)
    if marks is not None:
        rows = [
            f"        - {{at: {{x: {px[0]:.1f}, y: {px[1]:.1f}}}, table: {{x: {100 * x:g} cm, y: {100 * y:g} cm}}}}"
            for px, (x, y) in marks
        ]
        text = re.sub(r"(?m)^    calibration:.*$", "\n".join(["    calibration:", "      points:", *rows]), text)
    if recording == "rgbd":  # the folder carries its own intrinsics
        return re.sub(r"(?m)^    focal:.*\n", "", text)
    return re.sub(r"(?m)^    focal:.*$", f"    focal: {focal_px:.0f} px", text)
