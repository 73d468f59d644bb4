"""Where a thing lies by itself, from masks that are drawn of it."""

import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.twin import Shape, Twin
from skillc.runtime.perception.object.arrival import Arrived
from skillc.runtime.perception.object.laid_down import LaidDown, laid_down
from skillc.runtime.perception.scene.silhouette import filled, outline_of
from tests.motion.synthetic import thing, twin
from tests.perception.object.test_pose_step import CAMERA, T_CAMERA_TABLE

SIZE = (0.06, 0.14, 0.05)
PART = np.array([[x, y, z] for x in (-0.03, 0.03) for y in (-0.07, 0.07) for z in (0.0, 0.05)])
CALIBRATION = Calibration(
    camera=CAMERA, T_camera_table=T_CAMERA_TABLE, position_sigma_m=0.0, rotation_sigma_rad=0.0, scale_sigma=0.0,
    reprojection_rms_px=0.0, table_plane_rms_m=None, source="given", tags=(),
)  # fmt: skip
BRICK = thing("brick", "manipulated", Shape(kind="box"), SIZE, (0.2, 0.2), 0.2)
PLATE = thing("plate", "target", Shape(kind="box"), (0.3, 0.3, 0.08), (0.45, 0.3), 0.5)


def at(x: float, y: float, z: float, yaw: float) -> FloatArray:
    T = np.eye(4)
    T[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    T[:3, 3] = x, y, z
    return T


def drawn(T: FloatArray) -> BoolArray:
    return filled(outline_of(CAMERA, T_CAMERA_TABLE @ T, PART), 720, 960)


def found(mask: BoolArray, unsure: BoolArray | None = None, scene: Twin | None = None) -> LaidDown | None:
    hidden = np.zeros(mask.shape, bool) if unsure is None else unsure
    known = twin(BRICK, task_type="grasp") if scene is None else scene
    return laid_down(Arrived(mask=mask & ~hidden, unsure=hidden), 30, known, [PART], CALIBRATION)


@pytest.mark.parametrize("yaw", [0.0, 0.9, -1.2])
def test_a_turned_brick_is_found_where_it_lies(yaw: float) -> None:
    truth = at(0.33, 0.24, 0.0, yaw)
    answer = found(drawn(truth))
    assert answer is not None and answer.overlap > 0.9 and answer.since == 30
    assert np.allclose(answer.T_table_object[:3, 3], truth[:3, 3], atol=4e-3)
    # Half a turn of a brick looks the same.
    assert abs(np.sin(np.arctan2(answer.T_table_object[1, 0], answer.T_table_object[0, 0]) - yaw)) < 0.06


def test_what_a_hand_hides_of_it_counts_neither_way() -> None:
    truth = at(0.3, 0.2, 0.0, 0.5)
    mask = drawn(truth)
    hand = np.zeros(mask.shape, bool)
    hand[:, : int(np.nonzero(mask)[1].mean()) - 10] = True
    answer = found(mask, hand)
    assert answer is not None and np.allclose(answer.T_table_object[:2, 3], truth[:2, 3], atol=1e-2)


def test_what_lies_on_the_target_lies_at_its_height() -> None:
    scene = twin(BRICK, PLATE, task_type="grasp")
    truth = at(0.45, 0.3, 0.08, 0.3)
    answer = found(drawn(truth), scene=scene)
    assert answer is not None and abs(answer.T_table_object[2, 3] - 0.08) < 1e-6
    assert np.allclose(answer.T_table_object[:2, 3], truth[:2, 3], atol=6e-3)


def test_a_patch_of_another_shape_is_no_pose() -> None:
    mask = drawn(at(0.3, 0.2, 0.0, 0.0))
    rows, columns = np.nonzero(mask)
    ring = np.hypot(*(np.mgrid[:720, :960] - np.array([rows.mean(), columns.mean()])[:, None, None]))
    assert found((ring < 90) & (ring > 60)) is None


def test_a_pose_on_what_arrived_is_confirmed_and_one_beside_it_is_not() -> None:
    truth = at(0.33, 0.24, 0.0, 0.4)
    answer = found(drawn(truth))
    assert answer is not None
    assert answer.confirms(drawn(at(0.335, 0.24, 0.0, 0.4))) and not answer.confirms(drawn(at(0.37, 0.24, 0.0, 0.4)))
