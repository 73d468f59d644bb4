"""Cameras as people put them up: nearer or further with another lens, steeper, from the side, not level."""

import numpy as np

from skillc.runtime.demonstrator.nuisance import Nuisance
from skillc.runtime.demonstrator.performance import Performance
from skillc.runtime.demonstrator.script import Script
from skillc.runtime.demonstrator.tablecloth import CROSSES_M
from skillc.runtime.demonstrator.viewpoint import MARGIN, NOMINAL_FOCAL, SHEET, WIDTH, Viewpoint, roll_about
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3

DRAWS = 400
EDGE_PX = 8


def shown_points(script: Script, performance: Performance, nuisance: Nuisance) -> FloatArray:
    """Return points (N, 3) that every camera must show: the named things at start and end, tag or four crosses."""
    tag = [(x, y) for x in (-SHEET, SHEET) for y in (-SHEET, SHEET)]
    flat = tag if nuisance.tag else CROSSES_M[:2] + CROSSES_M[3:5]
    named = [k for k, prop in enumerate(script.props) if prop.role != "obstacle"]
    things = [
        se3.apply(performance.Ts_prop[frame, k], script.props[k].surface_points()) for k in named for frame in (0, -1)
    ]
    return np.concatenate([np.column_stack([flat, np.zeros(len(flat))]), *things])


def other_viewpoint(rng: np.random.Generator, size: tuple[int, int], shown: FloatArray) -> Viewpoint:
    """Return a camera of `size` (px, width and height) that has all points `shown` (N, 3) in its picture.

    Raises:
        ValueError: none that was drawn has.
    """
    for _ in range(DRAWS):
        viewpoint = _drawn(rng, size)
        px = viewpoint.project(shown)
        if px.min() > EDGE_PX and px[:, 0].max() < size[0] - EDGE_PX and px[:, 1].max() < size[1] - EDGE_PX:
            return viewpoint
    raise ValueError("no camera that was drawn shows the whole demonstration")


def _drawn(rng: np.random.Generator, size: tuple[int, int]) -> Viewpoint:
    width, height = size
    lens = rng.uniform(0.85, 1.45)
    nominal = NOMINAL_FOCAL * width / WIDTH * lens
    focal = nominal * (1 + float(np.clip(rng.normal(0, 0.004), -0.01, 0.01)))
    shift = rng.integers(-8, 9, 2)
    camera = Camera(
        width=width, height=height, fx=focal, fy=focal, cx=(width - 1) / 2 + float(shift[0]),
        cy=(height - 1) / 2 + float(shift[1]),
    )  # fmt: skip
    aim = np.array([0.24, 0.20, 0.02]) + rng.uniform(-1, 1, 3) * [0.03, 0.03, 0.0]
    # A picture that is wide and low needs more distance for the same depth of table.
    distance = 0.58 * lens * max(1.0, 0.75 * width / height) * rng.uniform(1.0, 1.35)
    elevation, azimuth = np.radians(rng.uniform(36, 74)), np.radians(rng.uniform(-115, -60))
    out = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    R = roll_about(-out, float(rng.uniform(-0.12, 0.12)))
    return Viewpoint(
        camera=camera, T_camera_table=se3.from_parts(R, -R @ (aim + distance * out)),
        offset_px=(MARGIN - int(shift[0]), MARGIN - int(shift[1])), nominal_focal=round(float(nominal)),
    )  # fmt: skip
