import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.perception.pose_step import Belief, Observation, PoseSettings, estimate
from skillc.runtime.perception.silhouette import filled, outline_of

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


def seen_at(T: FloatArray) -> Observation:
    mask = filled(outline_of(CAMERA, T_CAMERA_TABLE @ T, BOX), 720, 960)
    return Observation(
        ratio=np.where(mask, 3.0, -3.0),
        hand=np.zeros((720, 960), bool),
        origin_px=np.zeros(2),
        outline_bias=0.0,
        points_object=np.zeros((0, 3)),
        points_px=np.zeros((0, 2)),
        points_table=np.zeros((0, 3)),
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
    found = estimate(seen_at(truth), CAMERA, T_CAMERA_TABLE, BOX, start, weak, free, SETTINGS)
    assert np.allclose(found.T_table_object[:3, 3], truth[:3, 3], atol=1.5e-3)
    assert abs(np.arctan2(found.T_table_object[1, 0], found.T_table_object[0, 0]) - 0.08) < 0.02
    assert found.seen == 1.0


def test_a_hidden_object_stays_where_it_is_believed_and_gives_no_information() -> None:
    start = at(0.3, 0.2, 0.0)
    hidden = seen_at(at(0.31, 0.2, 0.0))
    hidden.hand[:] = True
    beliefs = [Belief(T_table_object=start, precision=np.diag([1e4] * 3 + [1e2] * 3))]
    found = estimate(hidden, CAMERA, T_CAMERA_TABLE, BOX, start, beliefs, np.ones(6, bool), SETTINGS)
    assert np.allclose(found.T_table_object, start, atol=1e-6)
    assert np.allclose(found.information, 0.0) and found.seen == 0.0
