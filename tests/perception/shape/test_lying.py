"""What would fall over as it is seen lies: its outline on the table is its plan."""

import cv2
import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.scene.silhouette import filled, hull
from skillc.runtime.perception.shape.carved_hull import carve, prism_from_outline
from skillc.runtime.perception.shape.lying import lying_prism, topples
from tests.perception.shape.camera_above import looking_down

CAMERA = Camera(width=960, height=720, fx=900.0, fy=900.0, cx=480.0, cy=360.0)


def ellipsoid(size: tuple[float, float, float], turn: float = 0.0) -> FloatArray:
    ball = np.random.default_rng(3).normal(size=(2000, 3))
    ball *= np.asarray(size) / 2 / np.linalg.norm(ball, axis=1, keepdims=True)
    c, s = np.cos(turn), np.sin(turn)
    found: FloatArray = ball @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + np.array([0.3, 0.2, size[2] / 2])
    return found


def cylinder(radius: float, height: float) -> FloatArray:
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    ring = np.column_stack([0.3 + radius * np.cos(angle), 0.2 + radius * np.sin(angle)])
    return np.concatenate([np.column_stack([ring, np.full(64, z)]) for z in (0.0, height)])


def mask_of(points: FloatArray) -> BoolArray:
    mask = filled(hull(project(CAMERA, looking_down(), points)), 720, 960)
    return cv2.medianBlur(mask.astype(np.uint8), 5).astype(bool)


def falls(mask: BoolArray) -> bool:
    standing = prism_from_outline(mask, CAMERA, looking_down())
    assert standing is not None
    width = float(np.ptp(standing.plan @ standing.across))
    return topples(mask, standing.height_m, width, CAMERA, looking_down())


@pytest.mark.parametrize(
    ("points", "lies"),
    [
        (ellipsoid((0.04, 0.2, 0.04)), True),
        (ellipsoid((0.04, 0.2, 0.04), 0.4), True),
        (cylinder(0.03, 0.15), False),
        (cylinder(0.02, 0.12), False),
        (ellipsoid((0.1, 0.1, 0.1)), False),
    ],
    ids=["a lying banana", "a turned one", "a bottle", "a spice jar", "a ball"],
)
def test_what_has_no_base_lies(points: FloatArray, lies: bool) -> None:
    assert falls(mask_of(points)) is lies


def test_a_lying_thing_is_as_long_as_it_is_and_as_thick_as_it_is_narrow() -> None:
    mask = mask_of(ellipsoid((0.04, 0.2, 0.04), 0.3))
    prism = lying_prism(mask, CAMERA, looking_down())
    assert prism is not None and prism.unseen == "height"
    body = carve(mask, prism, CAMERA, looking_down())
    assert body is not None
    narrow = np.ptp(body.vertices[:, :2] @ prism.across)
    long = np.ptp(body.vertices[:, :2] @ [-prism.across[1], prism.across[0]])
    assert 0.17 < long < 0.23 and 0.03 < narrow < 0.06 and 0.03 < np.ptp(body.vertices[:, 2]) < 0.06
