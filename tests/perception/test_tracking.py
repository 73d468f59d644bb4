import cv2
import numpy as np

from skillc.runtime.perception.tracking import TrackingSettings, detect

SETTINGS = TrackingSettings(points=80, spacing=7.0, window=15.0, round_trip=1.0, likeness=0.8)


def test_corners_are_followed_and_straight_edges_are_not() -> None:
    picture = np.full((720, 960, 3), 90, np.uint8)
    slope = cv2.boxPoints(((480.0, 360.0), (300.0, 160.0), 17.0))
    cv2.fillConvexPoly(picture, np.round(slope * 16).astype(np.int32), (230, 230, 230), cv2.LINE_AA, shift=4)
    noise = np.random.default_rng(0).normal(0.0, 2.0, picture.shape)
    picture = np.clip(cv2.GaussianBlur(picture, (5, 5), 0) + noise, 0, 255).astype(np.uint8)
    found = detect(picture, np.ones((720, 960), bool), SETTINGS)
    away = np.linalg.norm(found[:, None] - slope[None], axis=2)
    assert set(away.argmin(axis=1)) == {0, 1, 2, 3}, "every corner"
    on_edge = away.min(axis=1) > 12
    along = np.roll(slope, -1, 0) - slope
    normal = along[:, ::-1] * [1.0, -1.0] / np.linalg.norm(along, axis=1, keepdims=True)
    near = np.abs(((found[:, None] - slope) * normal).sum(axis=2)).min(axis=1) < 6
    assert not np.any(on_edge & near), "a window slides along an edge unseen"


def test_a_plain_surface_has_no_points() -> None:
    plain = np.full((720, 960, 3), 90, np.uint8)
    assert len(detect(plain, np.ones((720, 960), bool), SETTINGS)) == 0
