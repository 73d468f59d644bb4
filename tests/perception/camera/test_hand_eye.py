"""Where the robot stands, from touched points and from hand-eye poses."""

import json
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.perception.camera.calibrate import calibrate_robot
from skillc.runtime.perception.camera.hand_eye import align_points, solve_hand_eye
from skillc.runtime.perception.recording.faults import InputFault

RNG = np.random.default_rng(5)
T_TABLE_ROBOT = se3.exp(np.array([0.3, 0.75, 0.02, 0.02, -0.01, -1.5]))
T_CAMERA_TABLE = se3.exp(np.array([0.05, 0.1, 0.8, 2.2, 0.1, -0.05]))


def hand_eye_poses(count: int, noise_m: float, noise_rad: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X = se3.inverse(T_TABLE_ROBOT) @ se3.inverse(T_CAMERA_TABLE)
    Y = se3.exp(np.array([0.02, -0.03, 0.1, 0.3, 0.2, -0.4]))
    A = np.stack([se3.exp(np.concatenate([RNG.uniform(-0.3, 0.3, 3), RNG.uniform(-1, 1, 3)])) for _ in range(count)])
    B = se3.inverse(X) @ A @ Y
    shaken = [b @ se3.exp(np.concatenate([RNG.normal(0, noise_m, 3), RNG.normal(0, noise_rad, 3)])) for b in B]
    return X, A, np.stack(shaken)


def test_points_align_exactly_without_noise() -> None:
    robot = RNG.uniform(-0.4, 0.4, (6, 3))
    fit = align_points(se3.apply(T_TABLE_ROBOT, robot), robot)
    assert np.allclose(fit.T_a_b, T_TABLE_ROBOT, atol=1e-9)
    assert fit.residual_m.max() < 1e-9


def test_the_stated_sigma_covers_the_error_of_noisy_points() -> None:
    ratios = []
    for _ in range(40):
        robot = RNG.uniform(-0.3, 0.3, (8, 3)) + np.array([0.5, 0, 0])
        table = se3.apply(T_TABLE_ROBOT, robot) + RNG.normal(0, 0.002, (8, 3))
        fit = align_points(table, robot)
        ratios.append(np.linalg.norm(fit.T_a_b[:3, 3] - T_TABLE_ROBOT[:3, 3]) / fit.position_sigma_m)
    assert 0.4 < np.median(ratios) < 2.5


def test_points_on_a_line_are_refused() -> None:
    line = np.linspace(0, 1, 5)[:, None] * [1.0, 0.2, 0.0]
    with pytest.raises(ValueError, match="line"):
        align_points(line, line)


def test_hand_eye_recovers_both_transforms() -> None:
    X, A, B = hand_eye_poses(12, 0.0, 0.0)
    found = solve_hand_eye(A, B)
    assert np.allclose(found.T_robot_camera, X, atol=1e-6)
    assert found.position_residual_m.max() < 1e-6


def test_hand_eye_averages_noise() -> None:
    X, A, B = hand_eye_poses(20, 0.002, 0.004)
    found = solve_hand_eye(A, B)
    assert np.linalg.norm(found.T_robot_camera[:3, 3] - X[:3, 3]) < 0.005
    assert se3.rotation_angle(found.T_robot_camera, X) < 0.01


def test_turning_about_one_axis_only_is_refused() -> None:
    A = np.stack([se3.exp(np.array([0.1 * k, 0, 0, 0, 0, 0.3 * k])) for k in range(6)])
    with pytest.raises(ValueError, match="one axis"):
        solve_hand_eye(A, A)


def test_a_measurement_file_becomes_a_placement_with_its_worst_row(tmp_path: Path) -> None:
    robot = RNG.uniform(-0.4, 0.4, (6, 3))
    table = se3.apply(T_TABLE_ROBOT, robot)
    table[4] += [0.0, 0.02, 0.0]
    rows = [{"table": t.tolist(), "robot": r.tolist()} for t, r in zip(table, robot, strict=True)]
    file = tmp_path / "points.json"
    file.write_text(json.dumps({"touched_points": rows}))
    found = calibrate_robot(file, None)
    assert found.worst_index == 4
    assert np.linalg.norm(found.T_table_robot[:3, 3] - T_TABLE_ROBOT[:3, 3]) < 0.015


def test_hand_eye_poses_and_the_camera_place_the_robot(tmp_path: Path) -> None:
    _, A, B = hand_eye_poses(10, 0.0, 0.0)
    rows = [{"T_robot_flange": a.tolist(), "T_camera_tag": b.tolist()} for a, b in zip(A, B, strict=True)]
    (tmp_path / "poses.json").write_text(json.dumps({"poses": rows}))
    Calibration(
        camera=Camera(width=640, height=480, fx=500, fy=500, cx=320, cy=240), T_camera_table=T_CAMERA_TABLE,
        position_sigma_m=0.003, rotation_sigma_rad=0.004, scale_sigma=0.01, reprojection_rms_px=0.2,
        table_plane_rms_m=None, source="tag", tags=(0,),
    ).save(tmp_path / "calibration.json")  # fmt: skip
    found = calibrate_robot(tmp_path / "poses.json", tmp_path / "calibration.json")
    assert np.allclose(found.T_table_robot, T_TABLE_ROBOT, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "SK826"),
        ("{}", "SK826"),
        ('{"touched_points": [{"table": [0, 0]}]}', "SK826"),
        ('{"touched_points": [{"table": [0, 0, 0], "robot": [0, 0, 0]}]}', "SK827"),
    ],
)
def test_bad_measurement_files_have_their_codes(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(InputFault) as caught:
        calibrate_robot(tmp_path / "m.json", None)
    assert caught.value.code == code
