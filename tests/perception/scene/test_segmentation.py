import cv2
import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray, Image
from skillc.runtime.formats.recording import Camera
from skillc.runtime.perception.scene.mask_shapes import overlap
from skillc.runtime.perception.scene.segmentation import SegmentationSettings, Segments, segment
from skillc.runtime.perception.scene.table_appearance import TableSettings, fit_table

pytestmark = pytest.mark.slow

CAMERA = Camera(width=480, height=360, fx=300.0, fy=300.0, cx=240.0, cy=180.0)
TABLE = TableSettings(
    near=0.6, reach=1.0, inlier_sigmas=4.0, colour_floor=(1.5, 0.8, 1.2), colour_most=3.0, edge_sigmas=1.5, opening=7
)
SETTINGS = SegmentationSettings(
    ground_sigmas=4.0,
    shadow_share=(0.2, 1.05),
    shadow_chroma=0.48,
    edge_sigmas=1.5,
    smallest=400,
    closing=15.0,
    band=6.0,
    border=0.25,
)
ABOVE = np.array([[1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, -1.0, 0.6], [0, 0, 0, 1.0]])
"""A camera looking straight down from 0.6 m."""


def picture() -> Image:
    """A wooden table under uneven light with grain; the room behind its upper edge is dark."""
    rng = np.random.default_rng(0)
    light = np.linspace(0.85, 1.05, 480)[None, :, None] * np.ones((360, 1, 1))
    image = np.array([214, 190, 160]) * light + rng.normal(0, 1.5, (360, 480, 3))
    image[:40] = rng.normal(25, 3, (40, 480, 3))
    return np.clip(image, 0, 255).astype(np.uint8)


def segments(image: Image) -> Segments:
    return segment(image, fit_table(image, CAMERA, ABOVE, TABLE), np.zeros((360, 480), bool), SETTINGS)


def cut_out(image: Image) -> list[BoolArray]:
    return list(segments(image).things)


def test_a_bare_table_holds_nothing() -> None:
    assert cut_out(picture()) == []


def test_a_thing_is_cut_out_without_its_soft_shadow() -> None:
    image, truth = picture(), np.zeros((360, 480), np.uint8)
    shadow = cv2.GaussianBlur(cv2.circle(np.zeros((360, 480), np.float32), (262, 222), 38, 0.5, -1), (0, 0), 9)
    image = (image * (1 - shadow[..., None])).astype(np.uint8)
    cv2.circle(truth, (240, 200), 40, 1, -1)
    image[truth > 0] = (170, 30, 40)
    found = cut_out(image)
    assert len(found) == 1 and overlap(found[0], truth.astype(bool)) > 0.93


def test_a_white_thing_on_light_wood_is_found() -> None:
    image, truth = picture(), np.zeros((360, 480), bool)
    truth[150:250, 180:300] = True
    image[truth] = (215, 214, 216)
    found = cut_out(image)
    assert len(found) == 1 and overlap(found[0], truth) > 0.93


def test_clutter_behind_the_table_is_no_object() -> None:
    image = picture()
    image[20:60, 100:220] = (90, 90, 95)
    found = segments(image)
    assert found.things == ()
    assert len(found.left_out) == 1 and "runs along the table's edge" in found.left_out[0].told()


def test_the_table_ends_where_the_room_begins() -> None:
    appearance = fit_table(picture(), CAMERA, ABOVE, TABLE)
    assert not appearance.extent[:36].any() and appearance.extent[60:350, 20:460].all()
