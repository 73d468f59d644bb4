import numpy as np

from skillc.runtime.formats.recording import Camera
from skillc.runtime.perception.camera.in_picture import picture_margin_px

CAMERA = Camera(width=640, height=480, fx=500.0, fy=500.0, cx=319.5, cy=239.5)
LOOKS_DOWN = np.array([[1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, -1.0, 1.0], [0, 0, 0, 1]])


def test_places_keep_their_distance_to_the_pictures_edge_and_leave_it() -> None:
    points = np.array([[0.0, 0, 0], [0.5, 0, 0], [0.7, 0, 0], [0, 0.5, 0], [0, 0, 1.5]])
    margin = picture_margin_px(CAMERA, LOOKS_DOWN, points)
    np.testing.assert_allclose(margin[:4], [239.5, 69.5, -30.5, -10.5])
    assert margin[4] == -np.inf, "behind the camera"
