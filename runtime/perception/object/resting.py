"""From when on a placed object lies on its support."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.perception.object.motion_settings import MotionSettings
from skillc.runtime.perception.object.support import support_height
from skillc.runtime.tasks.catalog import task_type


@dataclass(frozen=True, kw_only=True)
class Rest:
    """The object lying still at the end."""

    since: int
    """Frame."""
    height_m: float
    """Of its centre above the table."""


def resting(
    poses: FloatArray, time_s: FloatArray, onset: int, solid: FloatArray, twin: Twin, settings: MotionSettings
) -> Rest | None:
    """Return from when on a placed object lies on its support, or None if it is held up or moves to the end."""
    count = len(poses)
    half_second = np.searchsorted(time_s, time_s[-1] - 0.2)
    end = np.median(poses[half_second:, :3, 3], axis=0)
    support = support_height(twin, end[:2])
    lowest = float(se3.apply(poses[-1], solid)[:, 2].min())
    half = float(poses[-1][2, 3] - lowest)
    if not task_type(twin.task_type).places or lowest > support + settings.placed_below:
        return None
    away = np.linalg.norm(poses[:, :2, 3] - end[:2], axis=1)
    since = count - 1
    while since > onset + 1 and away[since - 1] < settings.step_sigma:
        since -= 1
    return Rest(since=since, height_m=support + half)
