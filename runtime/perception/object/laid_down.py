"""The pose of a thing that lies by itself at the end, from that picture alone.

It rests on the table or on its target as it stood at first, turned about the vertical: three numbers, which its visible
outline holds. So the end of a motion is known however the object was followed to there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry.projection import on_plane
from skillc.runtime.perception.object.arrival import Arrived, overlap_beside_hand
from skillc.runtime.perception.object.support import support_height
from skillc.runtime.perception.scene.silhouette import filled_together, outline_of

AGREES = 0.8
"""ours: overlap of the outline with what arrived from which the pose is one; at 0.80 one lay 4 mm off its outline."""
CONFIRMED = 0.6
"""ours: overlap with what arrived from which a pose needs no other; of those followed rightly half lie above 0.8, and
shadows and hands take up to 0.3."""
AS_GOOD = 0.03
"""ours: overlaps that differ by less are equally good; the smaller turn is then the likelier."""
TURNS = 12
"""ours: starts about the vertical, 30 deg apart: outlines change over twice that."""
SEEN = 0.4
"""ours: share of the outline beside hands below which what is seen may be any part of it."""
SIDE_PX = 120
"""ours: outlines are compared at this size; a pixel then is 1 % of the thing."""


@dataclass(frozen=True, kw_only=True)
class LaidDown:
    """A thing at rest."""

    T_table_object: FloatArray
    """(4, 4)."""
    overlap: float
    """Of its outline with what was seen."""
    since: int
    """Frame from which it lies there."""
    seen: Arrived
    """What arrived."""

    def confirms(self, outline: BoolArray) -> bool:
        """Tell whether an outline (H, W) in the last picture, however it was found, is on what arrived."""
        return overlap_beside_hand(outline, self.seen.mask, self.seen.unsure) >= CONFIRMED


@dataclass(frozen=True, kw_only=True)
class _View:
    """What was seen, cut out and scaled down."""

    calibration: Calibration
    parts: Sequence[FloatArray]
    low: FloatArray
    """(2,) px, corner of the cut."""
    scale: float
    found: BoolArray
    """(h, w) what arrived."""
    hidden: BoolArray
    """(h, w) what may be it or not; counts neither way."""

    def overlap(self, T: FloatArray) -> float:
        """Return how well a pose agrees with what is seen; 0 where too little of it is."""
        shown = self.outline(T)
        free = shown & ~self.hidden
        if np.count_nonzero(free) < SEEN * max(1, int(np.count_nonzero(shown))):
            return 0.0
        return float(np.count_nonzero(free & self.found) / np.count_nonzero(free | self.found))

    def outline(self, T: FloatArray) -> BoolArray:
        """Return the thing's pixels (h, w) at a pose."""
        camera, T_camera_object = self.calibration.camera, self.calibration.T_camera_table @ T
        polygons = [(outline_of(camera, T_camera_object, part) - self.low) * self.scale for part in self.parts]
        if not all(np.isfinite(polygon).all() for polygon in polygons):
            return np.zeros(self.found.shape, bool)
        return filled_together(polygons, *self.found.shape)


def laid_down(
    seen: Arrived,
    since: int,
    twin: Twin,
    parts: Sequence[FloatArray],
    calibration: Calibration,
) -> LaidDown | None:
    """Return where the manipulated object lies, None where no pose at rest agrees with what is seen.

    Args:
        seen: What arrived in the last picture.
        since: Frame from which it lies there.
        twin: The scene.
        parts: (N, 3) outline points of each convex part of the object, in its frame.
        calibration: Camera and table.
    """
    view = _view(seen, parts, calibration)
    start = np.asarray(twin.manipulated.T_table_object)
    rows, columns = np.nonzero(seen.mask)
    middle = np.array([[columns.mean(), rows.mean()]])
    turns = [0.0] if twin.manipulated.symmetry == "z" else np.linspace(-np.pi, np.pi, TURNS, endpoint=False).tolist()
    tried = []
    for height, xy in _supports(twin, calibration, middle):
        first = sorted(turns, key=lambda turn: -view.overlap(_placed(start, xy, turn, height)))
        for turn in first[:3]:
            tried.append((*_refined(view, start, np.array([*xy, turn]), height, free_turn=len(turns) > 1), height))
    if not tried:
        return None
    best = max(agrees for agrees, _, _ in tried)
    if not best >= AGREES:
        return None
    good = [trial for trial in tried if trial[0] >= best - AS_GOOD]
    agrees, place, height = min(good, key=lambda trial: (abs(float(trial[1][2])), -trial[0]))
    return LaidDown(
        T_table_object=_placed(start, place[:2], float(place[2]), height), overlap=agrees, since=since, seen=seen
    )


def _supports(twin: Twin, calibration: Calibration, middle: FloatArray) -> list[tuple[float, FloatArray]]:
    """Return the heights of what may be under a thing seen about a pixel (1, 2), and its place (2,) on each.

    A target that was taken for a vessel may be a plate with a rim: what lies over it lies in it or on top.
    """
    tall = float(twin.manipulated.size_m[2])
    target = [] if twin.target is None else [twin.target.shape.wall_m, twin.target.size_m[2]]
    found = []
    for height in sorted({0.0, *target}):
        xy = on_plane(calibration.camera, calibration.T_camera_table, middle, height + tall / 2)[0, :2]
        if np.isfinite(xy).all() and (height > 0) == (support_height(twin, xy) > 0):
            found.append((height, xy))
    return found


def _view(seen: Arrived, parts: Sequence[FloatArray], calibration: Calibration) -> _View:
    """Cut out what was seen with a margin of its own size, in which a hand may hide the rest."""
    rows, columns = np.nonzero(seen.mask)
    low, high = np.array([columns.min(), rows.min()]), np.array([columns.max() + 1, rows.max() + 1])
    margin = int((high - low).max())
    size = np.array(seen.mask.shape[::-1])
    low, high = np.maximum(low - margin, 0), np.minimum(high + margin, size)
    scale = min(1.0, SIDE_PX / margin)
    width, height = np.maximum(1, np.round((high - low) * scale)).astype(int)
    cut = np.s_[low[1] : high[1], low[0] : high[0]]

    def small(mask: BoolArray) -> BoolArray:
        shrunk = cv2.resize(mask[cut].astype(np.float32), (int(width), int(height)), interpolation=cv2.INTER_AREA)
        return np.asarray(shrunk > 0.5)

    return _View(
        calibration=calibration,
        parts=parts,
        low=low.astype(np.float64),
        scale=scale,
        found=small(seen.mask),
        hidden=small(seen.unsure),
    )


def _placed(start: FloatArray, xy: FloatArray, turn: float, height: float) -> FloatArray:
    """Return the first pose (4, 4), turned about the vertical and set down at a place (2,) and a height."""
    T = start.copy()
    T[:3, :3] = Rotation.from_rotvec([0.0, 0.0, turn]).as_matrix() @ start[:3, :3]
    T[:3, 3] = [*xy, start[2, 3] + height]
    return T


def _refined(
    view: _View, start: FloatArray, place: FloatArray, height: float, *, free_turn: bool
) -> tuple[float, FloatArray]:
    """Return the best overlap near a place (x, y, turn), and that place."""

    def cost(change: FloatArray) -> float:
        at = place + np.array([*change[:2], change[2] if free_turn else 0.0])
        return -view.overlap(_placed(start, at[:2], float(at[2]), height))

    step = 0.02
    simplex = np.array([[0, 0, 0], [step, 0, 0], [0, step, 0], [0, 0, 0.2]])[: 4 if free_turn else 3]
    simplex = simplex if free_turn else simplex[:, :2]
    answer = minimize(
        lambda x: cost(np.pad(x, (0, 3 - len(x)))),
        np.zeros(simplex.shape[1]),
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "maxfev": 120, "xatol": 1e-3, "fatol": 1e-3},
    )
    change = np.pad(answer.x, (0, 3 - len(answer.x)))
    return -float(answer.fun), place + change
