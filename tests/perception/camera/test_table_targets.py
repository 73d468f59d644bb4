"""Sheets and boards on the table, rendered with known cameras."""

import cv2
import numpy as np
import pytest

from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.camera.point_pose import PointLimits
from skillc.runtime.perception.camera.table_targets import (
    SHEETS_M,
    Board,
    TargetSigmas,
    calibrate_from_board,
    calibrate_from_sheet,
)
from skillc.runtime.perception.recording.faults import InputFault
from tests.perception.camera.test_calibration import CAMERA, looking, reader

SIGMAS = TargetSigmas(corner_px=0.3, click_px=1.0, flat_m=0.0005, size=0.01)
LIMITS = PointLimits(misfit=5.0, spread=0.05)
CHESSBOARD = Board(kind="chessboard", columns=8, rows=6, square_m=0.03)
CHARUCO = Board(kind="charuco", columns=7, rows=5, square_m=0.036, marker_m=0.027, dictionary="aruco_5x5_100")


def away_m(found: np.ndarray, T: np.ndarray) -> float:
    """Return how far two cameras are apart, m."""
    return float(np.linalg.norm(se3.inverse(found)[:3, 3] - se3.inverse(T)[:3, 3]))


@pytest.mark.parametrize("sheet", ["a4", "letter"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_sheet_gives_the_camera_whichever_way_it_lies(sheet: str, turned: bool) -> None:
    T, (long_m, short_m) = looking(0.0, 0.7, 0.8), SHEETS_M[sheet]
    half = np.array([short_m, long_m] if turned else [long_m, short_m]) / 2
    corners = np.array([[1, 1], [-1, 1], [1, -1], [-1, -1]]) * half
    pixels = project(CAMERA, T, np.column_stack([corners, np.zeros(4)]))
    found, _ = calibrate_from_sheet(pixels, sheet, CAMERA, SIGMAS, LIMITS)
    assert away_m(found.T_camera_table, T) < 0.01 and found.source == "sheet"


def test_corners_of_another_thing_are_no_sheet() -> None:
    T = looking(0.0, 0.7, 0.8)
    pixels = project(CAMERA, T, np.array([[-0.3, -0.05, 0], [0.3, -0.05, 0], [0.3, 0.05, 0], [-0.3, 0.05, 0]]))
    with pytest.raises(InputFault) as refused:
        calibrate_from_sheet(pixels, "a4", CAMERA, SIGMAS, LIMITS)
    assert refused.value.code == "SK862"


def drawn(board: Board, T: np.ndarray) -> np.ndarray:
    """Return a picture (H, W, 3) of a board on a white table, its middle at the origin."""
    side = 64
    if board.kind == "charuco":
        dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_100)
        size = (board.columns, board.rows)
        printed = cv2.aruco.CharucoBoard(size, board.square_m, float(board.marker_m or 0), dictionary)
        flat = printed.generateImage((board.columns * side, board.rows * side))
    else:
        v, u = np.indices((board.rows, board.columns))
        flat = np.kron(((u + v) % 2 * 255).astype(np.uint8), np.ones((side, side), np.uint8))
    half = np.array([board.columns, board.rows]) * board.square_m / 2
    corners = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]]) * half
    there = (project(CAMERA, T, np.column_stack([corners, np.zeros(4)])) + 0.5) * 3 - 0.5
    height, width = flat.shape
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    H = cv2.getPerspectiveTransform(source, there.astype(np.float32))
    large = cv2.warpPerspective(flat, H, (CAMERA.width * 3, CAMERA.height * 3), borderValue=235)
    small = cv2.resize(large, (CAMERA.width, CAMERA.height), interpolation=cv2.INTER_AREA)
    return np.repeat(small[:, :, None], 3, axis=2)


@pytest.mark.parametrize("board", [CHESSBOARD, CHARUCO])
def test_a_board_gives_the_camera(board: Board) -> None:
    T = looking(0.1, 0.8, 0.6)
    found, _ = calibrate_from_board(reader([drawn(board, T)] * 2), board, 2, SIGMAS, LIMITS)
    assert away_m(found.T_camera_table, T) < 0.01 and found.source == "board"
    assert found.T_camera_table[:3, :3] == pytest.approx(T[:3, :3], abs=0.02)


def test_no_board_is_told_with_its_size() -> None:
    with pytest.raises(InputFault, match="no chessboard of 8 x 6 squares") as refused:
        calibrate_from_board(reader([np.full((480, 640, 3), 200, np.uint8)] * 2), CHESSBOARD, 2, SIGMAS, LIMITS)
    assert refused.value.code == "SK820"
