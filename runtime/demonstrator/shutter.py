"""Motion blur: a frame is the mean of the scene over the time its shutter is open."""

from collections.abc import Callable

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.demonstrator.performance import Performance
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3

STEP_PX = 3.0
"""ours: instants of one exposure lie at most about this far apart in the picture, so that no ghosts are seen."""
MOST = 10


def instants(
    performance: Performance, frame: int, shutter: float, project: Callable[[FloatArray], FloatArray]
) -> list[tuple[FloatArray, FloatArray]]:
    """Return prop poses (P, 4, 4) and bone poses (17, 4, 4) at which a frame is drawn, the true one in the middle.

    Args:
        performance: what happens.
        frame: which; true poses are those at the middle of its exposure.
        shutter: share of the time between frames in which the shutter is open.
        project: points (N, 3) in the table frame -> pixels (N, 2).
    """
    last = len(performance.time_s) - 1
    around = (max(frame - 1, 0), min(frame + 1, last))
    before, here, after = (
        np.concatenate([performance.Ts_prop[k], performance.Ts_bone[k]]) for k in (around[0], frame, around[1])
    )
    count = len(performance.Ts_prop[frame])
    ends = [project(performance.joints[k]) for k in around]
    travel = float(np.linalg.norm(ends[1] - ends[0], axis=1).max()) / 2 * shutter
    steps = min(MOST, 1 + 2 * round(travel / STEP_PX / 2))
    if steps == 1:
        return [(here[:count], here[count:])]
    found = []
    for share in np.linspace(-shutter / 2, shutter / 2, steps):
        Ts = between(here, after, share) if share > 0 else between(here, before, -share)
        found.append((Ts[:count], Ts[count:]))
    return found


def between(Ts_start: FloatArray, Ts_end: FloatArray, share: float) -> FloatArray:
    """Return poses (N, 4, 4) that are `share` (0..1) of the way from one to the other."""
    turn = Rotation.from_matrix(Ts_end[:, :3, :3] @ np.swapaxes(Ts_start[:, :3, :3], 1, 2)).as_rotvec()
    R = Rotation.from_rotvec(share * turn).as_matrix() @ Ts_start[:, :3, :3]
    return se3.from_parts(R, Ts_start[:, :3, 3] + share * (Ts_end[:, :3, 3] - Ts_start[:, :3, 3]))
