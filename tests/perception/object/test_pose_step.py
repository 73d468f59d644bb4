from dataclasses import replace

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.object.pose_step import Belief, ObjectEvidence, Points, PoseFit, PoseSettings, estimate
from skillc.runtime.perception.scene.silhouette import filled, outline_of

CAMERA = Camera(width=960, height=720, fx=600.0, fy=600.0, cx=480.0, cy=360.0)
SETTINGS = PoseSettings(
    samples=56,
    reach=20.0,
    outline_sigma=2.0,
    independent=12.0,
    independent_points=10.0,
    point_sigma=2.0,
    depth_sigma=0.004,
    iterations=6,
    patch=100.0,
)
T_CAMERA_TABLE = np.array([[1.0, 0, 0, -0.3], [0, -0.7071, -0.7071, 0.2], [0, 0.7071, -0.7071, 0.4], [0, 0, 0, 1]])
BOX = np.array([[x, y, z] for x in (-0.05, 0.05) for y in (-0.08, 0.08) for z in (-0.04, 0.04)])
NO_POINTS = Points(object_m=np.zeros((0, 3)), depth_m=np.zeros((0, 3)), px=np.zeros((0, 2)), table_m=np.zeros((0, 3)))
FIT = PoseFit(camera=CAMERA, T_camera_table=T_CAMERA_TABLE, parts=(BOX,), settings=SETTINGS)


def seen_at(T: FloatArray) -> ObjectEvidence:
    mask = filled(outline_of(CAMERA, T_CAMERA_TABLE @ T, BOX), 720, 960)
    return ObjectEvidence(
        ratio=np.where(mask, 3.0, -3.0),
        hand=np.zeros((720, 960), bool),
        origin_px=np.zeros(2),
        outline_bias=0.0,
        points=NO_POINTS,
    )


def at(x: float, y: float, yaw: float) -> FloatArray:
    T = np.eye(4)
    T[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    T[:3, 3] = x, y, 0.04
    return T


def test_a_slid_box_is_found_a_centimetre_and_some_degrees_away() -> None:
    start, truth = at(0.3, 0.2, 0.0), at(0.309, 0.206, 0.08)
    weak = [Belief(T_table_object=start, precision=np.diag([1e3] * 3 + [10.0] * 3))]
    free = np.array([True, True, False, False, False, True])
    found = estimate(FIT, seen_at(truth), start, weak, free)
    assert np.allclose(found.T_table_object[:3, 3], truth[:3, 3], atol=1.5e-3)
    assert abs(np.arctan2(found.T_table_object[1, 0], found.T_table_object[0, 0]) - 0.08) < 0.02
    assert found.seen == 1.0


def test_a_hidden_object_stays_where_it_is_believed_and_gives_no_information() -> None:
    start = at(0.3, 0.2, 0.0)
    hidden = seen_at(at(0.31, 0.2, 0.0))
    hidden.hand[:] = True
    beliefs = [Belief(T_table_object=start, precision=np.diag([1e4] * 3 + [1e2] * 3))]
    found = estimate(FIT, hidden, start, beliefs, np.ones(6, bool))
    assert np.allclose(found.T_table_object, start, atol=1e-6)
    assert np.allclose(found.information, 0.0) and found.seen == 0.0


def contents(start: FloatArray, truth: FloatArray, *, sigma_m: float) -> Points:
    """Return points taken for the front wall's, which lie 6 cm behind it and move with the object to `truth`."""
    wall = np.array([[x, -0.08, z] for x in np.linspace(-0.04, 0.04, 5) for z in (0.0, 0.03)])
    eye = np.linalg.inv(T_CAMERA_TABLE @ start)[:3, 3]
    ray = (wall - eye) / np.linalg.norm(wall - eye, axis=1, keepdims=True)
    return Points(
        object_m=wall,
        depth_m=sigma_m * ray,
        px=project(CAMERA, T_CAMERA_TABLE @ truth, wall + 0.06 * ray),
        table_m=np.full((10, 3), np.nan),
    )


def test_points_of_unsure_depth_say_nothing_where_they_were_found() -> None:
    start = at(0.3, 0.2, 0.0)
    off = contents(start, start, sigma_m=0.05).off(CAMERA, T_CAMERA_TABLE @ start, 2.0)
    assert np.allclose(off, 0.0, atol=1e-6), "on their own ray any depth is as good"


def test_what_lies_deeper_than_the_wall_it_is_seen_at_does_not_shorten_a_slide() -> None:
    start, truth = at(0.2, 0.2, 0.0), at(0.32, 0.2, 0.0)
    far = [Belief(T_table_object=truth, precision=np.diag([1e2] * 3 + [10.0] * 3))]
    free = np.array([True, True, False, False, False, True])

    def slid(sigma_m: float) -> float:
        seen = replace(seen_at(truth), points=contents(start, truth, sigma_m=sigma_m))
        found = estimate(FIT, seen, truth, far, free)
        return float(found.T_table_object[0, 3] - start[0, 3])

    assert abs(slid(0.05) - 0.12) < 0.001
    assert slid(0.0) < 0.118, "taken for the wall's, they are too near, and so is what they move"


def test_points_of_known_depth_count_as_far_as_they_are_off() -> None:
    seen = contents(at(0.3, 0.2, 0.0), at(0.3, 0.2, 0.0), sigma_m=0.0)
    moved = T_CAMERA_TABLE @ at(0.31, 0.2, 0.0)
    assert np.allclose(seen.off(CAMERA, moved, 2.0), (project(CAMERA, moved, seen.object_m) - seen.px) / 2.0)
