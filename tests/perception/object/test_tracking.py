import cv2
import numpy as np
import pytest

from skillc.runtime.perception.object.tracking import TrackingSettings, detect

SETTINGS = TrackingSettings(points=80, spacing=7.0, window=15.0, round_trip=1.0, likeness=0.8)
EVERYWHERE = np.ones((720, 960), bool)


def picture(corners: np.ndarray, *, dots: np.ndarray) -> np.ndarray:
    """Return a camera's picture (H, W, 3) of a light tray with rounded corners, and dark dots (K, 2) px upon it."""
    image = np.full((720, 960, 3), 90, np.uint8)
    middle = corners.mean(axis=0)
    inset = middle + (corners - middle) * 0.8
    cv2.polylines(image, [np.round(inset * 16).astype(np.int32)], True, (230, 230, 230), 60, cv2.LINE_AA, shift=4)
    cv2.fillConvexPoly(image, np.round(inset * 16).astype(np.int32), (230, 230, 230), cv2.LINE_AA, shift=4)
    for x, y in np.round(dots).astype(int):
        cv2.rectangle(image, (x - 5, y - 5), (x + 5, y + 5), (120, 120, 120), -1)
    noise = np.random.default_rng(0).normal(0.0, 2.0, image.shape)
    return np.clip(cv2.GaussianBlur(image, (5, 5), 0) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("angle", [0.0, 17.0, 40.0])
def test_corners_are_followed_and_smooth_edges_are_not(angle: float) -> None:
    corners = cv2.boxPoints(((480.0, 360.0), (420.0, 260.0), angle))
    dots = corners.mean(axis=0) + (corners - corners.mean(axis=0)) * 0.4
    found = detect(picture(corners, dots=dots), EVERYWHERE, SETTINGS)
    away = np.linalg.norm(found[:, None] - dots[None], axis=2)
    assert np.all(away.min(axis=0) < 9), "every dot is found"
    assert np.all(away.min(axis=1) < 15), "and nothing else: a window slides along a smooth edge unseen"


def test_a_plain_surface_has_no_points() -> None:
    plain = np.full((720, 960, 3), 90, np.uint8)
    assert len(detect(plain, EVERYWHERE, SETTINGS)) == 0
