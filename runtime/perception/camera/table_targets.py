"""What lies on the table for the camera to be placed by: a sheet of paper, a chessboard, a ChArUco board."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.perception.camera.fiducial import dictionary_name
from skillc.runtime.perception.camera.point_pose import Landmarked, PointLimits, calibrate_from_points
from skillc.runtime.perception.camera.tag_pose import facing_away
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import FrameReader

SHEETS_M = {
    "a3": (0.420, 0.297),
    "a4": (0.297, 0.210),
    "a5": (0.210, 0.148),
    "letter": (0.2794, 0.2159),
    "legal": (0.3556, 0.2159),
}
"""Long and short side (ISO 216; ANSI/ASME Y14.1)."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """A printed board of squares."""

    kind: str
    """"chessboard" or "charuco"."""
    columns: int
    """Squares in a row."""
    rows: int
    square_m: float
    marker_m: float | None = None
    dictionary: str | None = None


@dataclass(frozen=True, kw_only=True)
class TargetSigmas:
    """How well the points of a target are known."""

    corner_px: float
    """A corner found by a detector."""
    click_px: float
    """A pixel that a person pointed at."""
    flat_m: float
    """How far print and paper deviate from their plan."""
    size: float
    """Relative, of a print."""


def calibrate_from_sheet(
    corners_px: FloatArray, sheet: str, camera: Camera, sigmas: TargetSigmas, limits: PointLimits
) -> tuple[Calibration, tuple[str, ...]]:
    """Return the calibration by a sheet's four corners (4, 2) px in any order, and remarks.

    The origin is the sheet's middle. Which of its sides is the long one is what fits better.

    Raises:
        InputFault: SK862, also when both ways fit.
    """
    long_m, short_m = SHEETS_M[sheet]
    middle = corners_px.mean(axis=0)
    turn = np.arctan2(corners_px[:, 1] - middle[1], corners_px[:, 0] - middle[0])
    # Against the clock as seen in the picture, whose y points down.
    pixels = corners_px[np.argsort(-turn)]
    answers, refused = [], []
    for width, depth in ((long_m, short_m), (short_m, long_m)):
        table = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * [width / 2, depth / 2, 0]
        seen = Landmarked(
            pixels=pixels, table_m=table, pixel_sigma=sigmas.click_px, table_sigma_m=sigmas.flat_m, size_sigma=0.002
        )
        try:
            answers.append(calibrate_from_points(seen, camera, limits, source="sheet"))
        except InputFault as fault:
            refused.append(fault)
    if not answers:
        raise refused[0]
    answers.sort(key=lambda answer: answer[0].reprojection_rms_px)
    if len(answers) == 2 and not _clearly(answers[0][0], answers[1][0], sigmas.click_px):
        raise InputFault(
            "SK862",
            f"which of the {sheet} sheet's sides is the long one cannot be told from its corners",
            "write `focal`, or `points` with the corners' places",
        )
    calibration, remarks = answers[0]
    return _facing(calibration), remarks


def _clearly(best: Calibration, other: Calibration, sigma_px: float) -> bool:
    """Whether four corners speak for the first fit: chi-square better by 9, three standard deviations."""
    excess = 4 * (other.reprojection_rms_px**2 - best.reprojection_rms_px**2) / sigma_px**2
    # A focal length that had to leave what was known of it speaks against a fit as well.
    return bool(excess > 9)


def calibrate_from_board(
    reader: FrameReader, board: Board, frames: int, sigmas: TargetSigmas, limits: PointLimits
) -> tuple[Calibration, tuple[str, ...]]:
    """Return the calibration by a printed board, and remarks; the origin is its middle.

    Raises:
        InputFault: SK820 no board, SK823 it moves, SK862 its corners fit no plane.
    """
    indices = np.unique(np.linspace(0, len(reader) - 1, min(frames, len(reader))).round().astype(int))
    sights = [sight for k in indices if (sight := find_board(reader.color(int(k)), board)) is not None]
    if not sights:
        raise InputFault(
            "SK820",
            f"no {board.kind} of {board.columns} x {board.rows} squares in {len(indices)} frames",
            "count all squares of a row and of a column, also those at the edge; show the board whole, flat and sharp",
        )
    places = sorted({k for sight in sights for k in sight})
    pixels = np.array([np.median([s[k] for s in sights if k in s], axis=0) for k in places])
    _check_still(sights)
    across = board.columns - 1
    table = np.array([[k % across, -(k // across), 0] for k in places], dtype=np.float64) * board.square_m
    middle = np.array([board.columns - 2, -(board.rows - 2), 0]) * board.square_m / 2
    seen = Landmarked(
        pixels=pixels,
        table_m=table - middle,
        pixel_sigma=sigmas.corner_px,
        table_sigma_m=sigmas.flat_m,
        size_sigma=sigmas.size,
    )
    calibration, remarks = calibrate_from_points(seen, reader.recording.camera, limits, source="board")
    return _facing(calibration), remarks


def find_board(picture: Image, board: Board) -> dict[int, FloatArray] | None:
    """Return the inner corners seen in `picture` (H, W, 3) RGB: number (row by row from the upper left) -> px (2,)."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    across, down = board.columns - 1, board.rows - 1
    if board.kind == "chessboard":
        found, corners = cv2.findChessboardCornersSB(gray, (across, down))
        return dict(enumerate(_unmirrored(np.asarray(corners, np.float64).reshape(down, across, 2)))) if found else None
    name = dictionary_name(str(board.dictionary))
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name))
    size = (board.columns, board.rows)
    printed = cv2.aruco.CharucoBoard(size, board.square_m, float(board.marker_m or 0.0), dictionary)
    corners, ids, _, _ = cv2.aruco.CharucoDetector(printed).detectBoard(gray)
    if ids is None or len(ids) < 6:
        return None
    return {int(i): np.asarray(c, np.float64).ravel() for i, c in zip(ids.ravel(), corners, strict=True)}


def _unmirrored(corners: FloatArray) -> FloatArray:
    """Return corners (rows, columns, 2) as (N, 2), the rows listed so that the board is not seen from behind."""
    right, down = corners[0, -1] - corners[0, 0], corners[-1, 0] - corners[0, 0]
    ordered = corners if right[0] * down[1] - right[1] * down[0] > 0 else corners[:, ::-1]
    return ordered.reshape(-1, 2)


def _check_still(sights: Sequence[dict[int, FloatArray]]) -> None:
    steps = [
        float(np.median([np.linalg.norm(later[k] - earlier[k]) for k in earlier.keys() & later.keys()]))
        for earlier, later in pairwise(sights)
        if earlier.keys() & later.keys()
    ]
    if steps and max(steps) > 1.0:
        raise InputFault(
            "SK823",
            f"the board moves by {max(steps):.1f} px between frames; expected a fixed camera and board",
            "fix the camera and the board for the whole recording",
        )


def _facing(calibration: Calibration) -> Calibration:
    """Return the calibration with y along that edge that points away from the camera."""
    T = calibration.T_camera_table
    return replace(calibration, T_camera_table=T @ facing_away(T))
