"""What tracked points alone tell about a thing: when it first moves, where its middle goes in the picture."""

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.object.motion_settings import MotionSettings


def first_motion(
    tracks: Tracks, mine: BoolArray, time_s: FloatArray, reference: int, settings: MotionSettings, unit: float
) -> int:
    """Return the last frame at rest: after it the median point motion stays above `onset_px` for `onset_s`."""
    shift = np.full(len(time_s), np.nan)
    for frame in range(reference, len(time_s)):
        visible = mine & tracks.visible[frame]
        if np.count_nonzero(visible) >= 3:
            away = np.median(tracks.xy_px[frame][visible] - tracks.xy_px[reference][visible], axis=0)
            shift[frame] = float(np.hypot(*away))
    shift = np.where(np.isfinite(shift), shift, np.interp(np.arange(len(shift)), *_known(shift)))
    above = shift > settings.onset_px * unit
    frames = max(2, round(settings.onset_s / max(float(np.median(np.diff(time_s))), 1e-3)))
    for frame in range(reference, len(time_s) - frames):
        if above[frame : frame + frames].all():
            return max(reference, frame - 1)
    return len(time_s) - 1


def _known(values: FloatArray) -> tuple[IntArray, FloatArray]:
    index = np.nonzero(np.isfinite(values))[0]
    return (index, values[index]) if len(index) else (np.array([0]), np.array([0.0]))


def centroids(Ts_table_object: FloatArray, points: FloatArray, calibration: Calibration) -> FloatArray:
    """Return (T, 2) px where the middle of points (K, 3) is seen at poses (T, 4, 4); without points, the origin."""
    place = points if len(points) else np.zeros((1, 3))
    camera, T_camera_table = calibration.camera, calibration.T_camera_table
    return np.stack([project(camera, T_camera_table @ T, place).mean(axis=0) for T in Ts_table_object])


def target_centroid(tracks: Tracks, target: BoolArray, count: int) -> FloatArray:
    """Return (T, 2) the target's first centroid moved by the median motion of its visible points."""
    found = np.full((count, 2), np.nan)
    if not target.any():
        return found
    first = tracks.xy_px[0]
    base, last = np.nanmean(first[target], axis=0), np.zeros(2)
    for frame in range(count):
        visible = target & tracks.visible[frame]
        if np.count_nonzero(visible) >= 3:
            last = np.median(tracks.xy_px[frame][visible] - first[visible], axis=0)
        found[frame] = base + last
    return found
