"""Follow an object from frame to frame: forward from where it rested first, and back from where it rests at last."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.perception.object.frame_search import (
    FrameSearch,
    above_table,
    best_pose,
    bias_of,
    refined_at_rest,
)
from skillc.runtime.perception.object.pose_hypotheses import Neighbour

MET = 1.5
"""ours: spreads of one frame's step by which two ways of following a thing may differ and agree."""


@dataclass(frozen=True, kw_only=True)
class FrameFits:
    """The pose of every frame as that frame shows it."""

    poses: FloatArray
    """(T, 4, 4)."""
    information: FloatArray
    """(T, 6, 6) inverse covariance, see `PoseEstimate`."""
    turn_sigma: FloatArray
    """(T,) rad."""
    seen: FloatArray
    """(T,) share of the outline that was not hidden."""


def followed_forward(search: FrameSearch, progress: Callable[[float], None]) -> FrameFits:
    """Fit every frame after the onset, one after the other."""
    thing, start, onset, time_s = search.shown.twin.manipulated, search.manner.start, search.onset, search.shown.time_s
    count = len(time_s)
    information = np.zeros((count, 6, 6))
    information[: onset + 1] = np.diag(np.full(6, 1e10))
    found = FrameFits(
        poses=np.tile(start, (count, 1, 1)),
        information=information,
        turn_sigma=np.full(count, thing.yaw_sigma_rad if thing.symmetry != "z" else 0.0),
        seen=np.ones(count),
    )
    velocity = np.zeros(6)
    bias = bias_of(search)
    for frame in range(onset + 1, count):
        progress((frame - onset) / max(1, count - onset))
        velocity = _followed_on(search, found, frame, frame - 1, velocity, bias)
    return found


def followed_back(search: FrameSearch, fitted: FrameFits, T_end: FloatArray, since: int) -> FrameFits:
    """Return the fits with the pose known from frame `since` on, and followed back from there to where both meet.

    What drifted off its object forward is found backward; where both never meet, they change where they are nearest.
    """
    found = FrameFits(
        poses=fitted.poses.copy(),
        information=fitted.information.copy(),
        turn_sigma=fitted.turn_sigma.copy(),
        seen=fitted.seen.copy(),
    )
    settings, bias = search.settings, bias_of(search)
    found.poses[since:] = refined_at_rest(search, len(found.poses) - 1, T_end, bias)
    found.information[since:] = np.diag(np.repeat([settings.support_sigma**-2, settings.turn_sigma**-2], 3))
    velocity = np.zeros(6)
    nearest, meeting = np.inf, since
    for frame in range(since - 1, search.onset, -1):
        velocity = _followed_on(search, found, frame, frame + 1, velocity, bias)
        apart = se3.difference(found.poses[frame], fitted.poses[frame])
        gap = float(
            np.hypot(*(np.linalg.norm(apart.reshape(2, 3), axis=1) / [settings.step_sigma, settings.turn_sigma]))
        )
        if gap < nearest:
            nearest, meeting = gap, frame
        if gap < MET:
            break
    for mine, forward in zip(
        (found.poses, found.information, found.turn_sigma, found.seen),
        (fitted.poses, fitted.information, fitted.turn_sigma, fitted.seen),
        strict=True,
    ):
        mine[:meeting] = forward[:meeting]
    return found


def _followed_on(
    search: FrameSearch, found: FrameFits, frame: int, known: int, velocity: FloatArray, bias: float
) -> FloatArray:
    """Fit a frame beside a known one, and return the velocity (6,) away from that."""
    time_s = search.shown.time_s
    dt = 30.0 * abs(float(time_s[frame] - time_s[known]))
    near = Neighbour(frame=known, T_table_object=found.poses[known])
    best = best_pose(search, frame, near, velocity, dt, bias)
    found.poses[frame] = best.T_table_object
    if not search.manner.sliding:
        found.poses[frame] = above_table(found.poses[frame], search.fit.solid, search.eye)
    found.information[frame] = best.information
    found.turn_sigma[frame] = float(np.sqrt(np.mean(np.diag(best.covariance)[3:])))
    found.seen[frame] = best.seen
    return 0.5 * velocity + 0.5 * se3.difference(found.poses[frame], found.poses[known]) / max(dt, 0.1)
