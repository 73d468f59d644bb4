"""The best pose of one frame: refined from the likeliest starts against outline, points and depth."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.perception.object.demonstrated import Demonstrated
from skillc.runtime.perception.object.frame_evidence import Appearance
from skillc.runtime.perception.object.motion_settings import MotionSettings
from skillc.runtime.perception.object.pose_hypotheses import Manner, Neighbour, hypotheses
from skillc.runtime.perception.object.pose_step import (
    Belief,
    Points,
    PoseEstimate,
    PoseFit,
    estimate,
    evaluate,
    outline_bias,
)
from skillc.runtime.perception.object.rigid_fit import robust_pose

HYPOTHESES = 2
"""ours: starts that are refined per frame, best first; a third never won."""


@dataclass(frozen=True, kw_only=True)
class FrameSearch:
    """What stays the same while frame after frame is fitted. The object's frame is that of its middle."""

    shown: Demonstrated
    fit: PoseFit
    manner: Manner
    appearance: Appearance
    points_object: FloatArray
    """(K, 3)."""
    depth_m: FloatArray
    """(K, 3) one standard deviation of the points along their rays."""
    known: BoolArray
    """(K,) points that are on the object at a known place."""
    eye: FloatArray
    """(3,) the camera, table frame."""
    onset: int
    settings: MotionSettings

    def points(self, frame: int) -> Points:
        """Return all points of a frame."""
        tracks = self.shown.tracks
        return Points(
            object_m=self.points_object,
            depth_m=self.depth_m,
            px=tracks.xy_px[frame],
            table_m=tracks.points_table_m[frame],
        )

    def outline(self, T_table_object: FloatArray) -> FloatArray:
        """Return (N, 2) px the corners of the object's outlines at a pose."""
        return np.concatenate(self.fit.outlines(T_table_object))


def bias_of(search: FrameSearch) -> float:
    """Return by how many px outlines are found outside the twin's in the reference picture."""
    reader, start = search.shown.reader, search.manner.start
    reference = reader.recording.reference_frame
    nothing = search.points(reference)[np.zeros(len(search.known), dtype=bool)]
    at_rest = search.appearance.evidence(reader.reference(), reference, search.outline(start), nothing, 0.0)
    return outline_bias(search.fit, at_rest, start)


def best_pose(
    search: FrameSearch, frame: int, near: Neighbour, velocity: FloatArray, dt: float, bias: float
) -> PoseEstimate:
    """Return the best of the poses refined from the likeliest starts."""
    believed = hypotheses(search.manner, frame, near, velocity, dt, search.settings)
    points = search.points(frame)[search.known & search.shown.tracks.visible[frame]]
    observation = search.appearance.evidence(
        search.shown.reader.color(frame), frame, search.outline(believed.expected), points, bias
    )
    sliding = search.manner.sliding
    free = np.array([True, True, not sliding, not sliding, not sliding, True])

    def score(T: FloatArray) -> float:
        return evaluate(search.fit, observation, T, believed.beliefs)

    lifted = _lifted(search, points, believed.expected, frame)
    starts = sorted([*believed.starts, *lifted], key=score, reverse=True)[:HYPOTHESES]
    tried = [estimate(search.fit, observation, T, believed.beliefs, free) for T in starts]
    return max(tried, key=lambda answer: answer.score)


def _lifted(search: FrameSearch, points: Points, T_expected: FloatArray, frame: int) -> list[FloatArray]:
    """Return the pose (4, 4) that the points lifted by depth agree on, if there is one; a slid object stays level."""
    if search.manner.sliding:
        return []
    found = robust_pose(points.object_m, points.table_m, search.settings.lifted_inlier, np.random.default_rng(frame))
    if found is None:
        return []
    if search.manner.symmetric:  # spin about the axis is not seen
        found[:3, :3] = se3.shortest_turn(T_expected[:3, 2], found[:3, 2]) @ T_expected[:3, :3]
    return [found]


def refined_at_rest(search: FrameSearch, frame: int, T_rest: FloatArray, bias: float) -> FloatArray:
    """Return a pose (4, 4) at rest, moved on its support and turned about the vertical onto the outline of a frame."""
    settings = search.settings
    nothing = search.points(frame)[np.zeros(len(search.known), dtype=bool)]
    picture = search.shown.reader.color(frame)
    observation = search.appearance.evidence(picture, frame, search.outline(T_rest), nothing, bias)
    spread = np.repeat([settings.support_sigma, settings.turn_sigma], 3)
    beliefs = [Belief(T_table_object=T_rest, precision=np.diag(spread**-2))]
    free = np.array([True, True, False, False, False, not search.manner.symmetric])
    found = estimate(search.fit, observation, T_rest, beliefs, free)
    return found.T_table_object if found.score >= evaluate(search.fit, observation, T_rest, beliefs) else T_rest


def above_table(T: FloatArray, solid: FloatArray, eye: FloatArray) -> FloatArray:
    """Bring a pose that pierces the table towards the camera at `eye` (3,): distance is what a picture shows least."""
    lowest = float(se3.apply(T, solid)[:, 2].min())
    towards = eye - T[:3, 3]
    if lowest < 0 and towards[2] > 0:
        T = T.copy()
        T[:3, 3] -= lowest / towards[2] * towards
    return T
