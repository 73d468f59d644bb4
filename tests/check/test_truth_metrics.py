from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.benchmarks.truth_metrics import (
    ground_errors,
    landmark_errors,
    middles,
    naming,
    round_about_z,
    size_errors,
    spread,
    too_small,
    turn_errors,
)
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.formats.twin import Shape, TwinObject


def _box(
    size: tuple[float, float, float], yaw_deg: float = 0.0, symmetry: Literal["none", "z", "unknown"] = "none"
) -> TwinObject:
    T = np.eye(4)
    T[:3, :3] = Rotation.from_euler("z", yaw_deg, degrees=True).as_matrix()
    return TwinObject(
        name="box", role="manipulated", shape=Shape(kind="box"), size_m=size, size_sigma_m=(0.0, 0.0, 0.0),
        size_measured=(True, True, False), symmetry=symmetry, T_table_object=T, position_sigma_m=(0.0, 0.0, 0.0),
        yaw_sigma_rad=0.0, mass=1.0, mass_sigma=0.0, inertia=(1.0, 1.0, 1.0), center_of_mass_m=(0.0, 0.0, 0.0),
        friction=0.5, restitution=0.0, material="other", rgba=(0.0, 0.0, 0.0, 1.0), outline_iou=1.0,
    )  # fmt: skip


def test_spread_leaves_out_what_is_not_there() -> None:
    found = spread(np.array([1.0, np.nan, 3.0, 2.0]))
    assert found is not None and (found.median, found.count) == (2.0, 3)
    assert spread(np.array([np.nan])) is None


def test_the_middle_of_a_lying_bottle_is_beside_its_origin() -> None:
    T = np.eye(4)[None].copy()
    T[0, :3, :3] = Rotation.from_euler("y", 90, degrees=True).as_matrix()
    assert middles(_box((0.1, 0.1, 0.4)), T)[0] == pytest.approx([0.2, 0.0, 0.0])


@pytest.mark.parametrize("turn", [0.0, 90.0, 180.0, -90.0])
def test_naming_a_boxs_sides_otherwise_is_no_error(turn: float) -> None:
    true, found = _box((0.1, 0.2, 0.3)), _box((0.1, 0.2, 0.3) if turn in (0.0, 180.0) else (0.2, 0.1, 0.3), turn + 4.0)
    turned = (np.asarray(found.T_table_object)[:3, :3] @ naming(found, true))[None]
    errors = turn_errors(turned, np.asarray(true.T_table_object)[None, :3, :3], symmetric=False)
    assert np.degrees(errors[0]) == pytest.approx(4.0)
    assert size_errors(found, true)[0] == pytest.approx([0.0, 0.0, 0.0])


def test_a_round_object_is_compared_by_its_axis_and_its_mean_width() -> None:
    lean = Rotation.from_euler("xz", [10.0, 70.0], degrees=True).as_matrix()
    assert np.degrees(turn_errors(lean[None], np.eye(3)[None], symmetric=True)[0]) == pytest.approx(10.0)
    true = _box((0.1, 0.1, 0.2), symmetry="z")
    errors, measured = size_errors(_box((0.09, 0.11, 0.22)), true)
    assert errors == pytest.approx([0.0, 0.0, 0.1]) and measured.tolist() == [True, True, False]
    assert round_about_z(_box((0.1, 0.1, 0.1)), true)


def test_small_and_half_turns_are_told_exactly() -> None:
    turns = Rotation.from_rotvec([[0, 0, 1e-9], [0, 0, np.pi]]).as_matrix()
    assert turn_errors(turns, np.tile(np.eye(3), (2, 1, 1)), symmetric=False) == pytest.approx([1e-9, np.pi])


def test_hands_outside_the_picture_or_elsewhere_are_not_counted_as_found() -> None:
    true = np.full((4, 21, 2), 50.0)
    true[3] = -10.0
    found = true + np.array([3.0, 4.0])
    found[1] = np.nan
    found[2] += 200.0
    errors, share = landmark_errors(found, true, 100, 100)
    assert errors == pytest.approx(np.full((1, 21), 5.0)) and share == pytest.approx(1 / 3)


def test_a_longer_focal_length_brings_the_ground_nearer() -> None:
    camera = Camera(width=640, height=480, fx=500.0, fy=500.0, cx=320.0, cy=240.0)
    T = np.eye(4)
    T[:3, :3] = np.diag([1.0, -1.0, -1.0])
    T[:3, 3] = [-0.25, 0.2, 1.0]
    true = Calibration(
        camera=camera, T_camera_table=T, position_sigma_m=0.0, rotation_sigma_rad=0.0, scale_sigma=0.0,
        reprojection_rms_px=0.0, table_plane_rms_m=0.0, source="given", tags=(0,),
    )  # fmt: skip
    found = replace(true, camera=replace(camera, fx=550.0, fy=550.0))
    assert ground_errors(true, true).max() < 1e-12
    # Seen from 1 m straight above (0.25, 0.2): distances from there shrink by 10 / 11.
    assert ground_errors(found, true).max() == pytest.approx(np.hypot(0.25, 0.2) / 11)


def test_sigmas_of_noise_that_has_them_are_right() -> None:
    errors = np.linalg.norm(np.random.default_rng(0).normal(0, 2.0, (20_000, 3)), axis=1)
    assert too_small(errors, np.full(len(errors), 2.0)) == pytest.approx(1.0, abs=0.02)
    assert too_small(errors, np.full(len(errors), 1.0)) == pytest.approx(2.0, abs=0.04)
    assert too_small(errors, np.zeros(len(errors))) is None
