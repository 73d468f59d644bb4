"""The manipulated object's pose in every frame, with its uncertainty. What the stage `object_motion` calls.

Until the object first moves it has its reference pose. From then on each frame's pose is fitted to outline, tracked
points and depth, starting from constant velocity and, for held objects, from where the hand would carry it; a pushed or
pulled object slides on the table (x, y, yaw). A batch smoother bridges frames without evidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import place_sigma
from skillc.runtime.perception.object.carried import carry
from skillc.runtime.perception.object.frame_evidence import Appearance
from skillc.runtime.perception.object.motion_settings import MotionSettings
from skillc.runtime.perception.object.point_motion import centroids, first_motion, target_centroid
from skillc.runtime.perception.object.pose_hypotheses import Manner, hypotheses
from skillc.runtime.perception.object.pose_step import (
    Points,
    PoseEstimate,
    PoseFit,
    estimate,
    evaluate,
    outline_bias,
)
from skillc.runtime.perception.object.resting import resting
from skillc.runtime.perception.object.rigid_fit import robust_pose
from skillc.runtime.perception.object.smoothed_motion import SmoothMotion, smoothed
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses
from skillc.runtime.tasks.catalog import task_type

HYPOTHESES = 2
"""ours: starts that are refined per frame, best first; a third never won."""


@dataclass(frozen=True, kw_only=True)
class Demonstrated:
    """What is known about the demonstration before the object's motion is."""

    reader: FrameReader
    calibration: Calibration
    twin: Twin
    """Its manipulated object is followed."""
    mask: BoolArray
    """(H, W) that object's pixels in the reference picture."""
    tracks: Tracks
    mine: BoolArray
    """(K,) which of the tracked points are on the object."""
    target: BoolArray
    """(K,) which are on the target."""
    landmarks: Landmarks

    @property
    def time_s(self) -> FloatArray:
        """(T,)."""
        return np.asarray(self.reader.recording.time_s)

    def onset(self, settings: MotionSettings) -> int:
        """Return the last frame at rest."""
        unit, reference = self.calibration.camera.width / 960, self.reader.recording.reference_frame
        return first_motion(self.tracks, self.mine, self.time_s, reference, settings, unit)


@dataclass(frozen=True, kw_only=True)
class _Search:
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


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    """Every frame on its own."""

    poses: FloatArray
    information: FloatArray
    turn_sigma: FloatArray
    seen: FloatArray


def follow_object(
    shown: Demonstrated,
    parts: Sequence[FloatArray],
    classes: AppearanceClasses,
    settings: MotionSettings,
    progress: Callable[[float], None],
) -> ObjectMotion:
    """Estimate the manipulated object's motion.

    Args:
        shown: The demonstration.
        parts: (N, 3) outline points of each of the object's convex parts.
        classes: Its colours.
        settings: Parameters.
        progress: Told the share done.
    """
    calibration = shown.calibration
    centre = np.array([0.0, 0.0, shown.twin.manipulated.size_m[2] / 2])
    search = _search(shown, [part - centre for part in parts], centre, classes, settings)
    fitted = _fitted(search, progress)
    smooth = _smooth(search, fitted)
    frame_sigma = np.array([place_sigma(calibration, T[:2, 3]) for T in smooth.poses])
    return ObjectMotion(
        frame=np.arange(len(smooth.poses)),
        T_table_object=smooth.poses @ _shift(-centre),
        position_sigma_m=np.hypot(smooth.sigma, frame_sigma),
        rotation_sigma_rad=np.maximum(fitted.turn_sigma, calibration.rotation_sigma_rad),
        visible_fraction=fitted.seen,
        centroid_px=centroids(smooth.poses, search.points_object[search.known], calibration),
        target_centroid_px=target_centroid(shown.tracks, shown.target, len(smooth.poses)),
    )


def _search(
    shown: Demonstrated,
    parts: Sequence[FloatArray],
    centre: FloatArray,
    classes: AppearanceClasses,
    settings: MotionSettings,
) -> _Search:
    calibration, thing, tracks = shown.calibration, shown.twin.manipulated, shown.tracks
    start = np.asarray(thing.T_table_object) @ _shift(centre)
    sliding = task_type(shown.twin.task_type).slides
    eye = se3.inverse(calibration.T_camera_table)[:3, 3]
    on_object = tracks.points_object_m - centre
    measured = np.isfinite(tracks.points_table_m[shown.reader.recording.reference_frame, :, 0])
    onset, smoothing = shown.onset(settings), settings.turn_smoothing
    carried = None if sliding else carry(shown.landmarks, calibration, start, onset, shown.time_s, smoothing)
    return _Search(
        shown=shown,
        fit=PoseFit(
            camera=calibration.camera,
            T_camera_table=calibration.T_camera_table,
            parts=tuple(parts),
            settings=settings.pose,
        ),
        manner=Manner(start=start, sliding=sliding, symmetric=thing.symmetry == "z", carried=carried),
        appearance=Appearance(
            classes=classes,
            landmarks=shown.landmarks,
            alike=classes.ambiguous(shown.reader.reference(), shown.mask),
            margin=round(1.5 * settings.pose.reach * calibration.camera.width / 960) + 8,
        ),
        points_object=on_object,
        depth_m=_unsure_depth(thing, on_object, se3.apply(se3.inverse(start), eye[None])[0], measured),
        known=shown.mine & np.isfinite(on_object[:, 0]),
        eye=eye,
        onset=onset,
        settings=settings,
    )


def _fitted(search: _Search, progress: Callable[[float], None]) -> _Fitted:
    """Fit every frame after the onset, one after the other."""
    thing, start, onset, time_s = search.shown.twin.manipulated, search.manner.start, search.onset, search.shown.time_s
    count = len(time_s)
    poses = np.tile(start, (count, 1, 1))
    information = np.zeros((count, 6, 6))
    information[: onset + 1] = np.diag(np.full(6, 1e10))
    turn_sigma = np.full(count, thing.yaw_sigma_rad if thing.symmetry != "z" else 0.0)
    seen = np.ones(count)
    velocity = np.zeros(6)
    bias = _bias(search)
    for frame in range(onset + 1, count):
        progress((frame - onset) / max(1, count - onset))
        dt = 30.0 * (time_s[frame] - time_s[frame - 1])
        found = _best(search, frame, poses[frame - 1], velocity, dt, bias)
        poses[frame] = found.T_table_object
        if not search.manner.sliding:
            poses[frame] = _above_table(poses[frame], search.fit.solid, search.eye)
        information[frame] = found.information
        turn_sigma[frame] = float(np.sqrt(np.mean(np.diag(found.covariance)[3:])))
        seen[frame] = found.seen
        velocity = 0.5 * velocity + 0.5 * se3.difference(poses[frame], poses[frame - 1]) / max(dt, 0.1)
    return _Fitted(poses=poses, information=information, turn_sigma=turn_sigma, seen=seen)


def _bias(search: _Search) -> float:
    """Return by how many px outlines are found outside the twin's in the reference picture."""
    reader, start = search.shown.reader, search.manner.start
    reference = reader.recording.reference_frame
    nothing = search.points(reference)[np.zeros(len(search.known), dtype=bool)]
    at_rest = search.appearance.evidence(reader.reference(), reference, search.outline(start), nothing, 0.0)
    return outline_bias(search.fit, at_rest, start)


def _best(
    search: _Search, frame: int, before: FloatArray, velocity: FloatArray, dt: float, bias: float
) -> PoseEstimate:
    """Return the best of the poses refined from the likeliest starts."""
    believed = hypotheses(search.manner, frame, before, velocity, dt, search.settings)
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


def _lifted(search: _Search, points: Points, T_expected: FloatArray, frame: int) -> list[FloatArray]:
    """Return the pose (4, 4) that the points lifted by depth agree on, if there is one; a slid object stays level."""
    if search.manner.sliding:
        return []
    found = robust_pose(points.object_m, points.table_m, search.settings.lifted_inlier, np.random.default_rng(frame))
    if found is None:
        return []
    if search.manner.symmetric:  # spin about the axis is not seen
        found[:3, :3] = se3.shortest_turn(T_expected[:3, 2], found[:3, 2]) @ T_expected[:3, :3]
    return [found]


def _smooth(search: _Search, fitted: _Fitted) -> SmoothMotion:
    manner, solid, settings, time_s = search.manner, search.fit.solid, search.settings, search.shown.time_s
    rest = None if manner.sliding else resting(fitted.poses, time_s, search.onset, solid, search.shown.twin, settings)
    smooth = smoothed(fitted.poses, fitted.information, manner, rest, time_s, search.onset, settings)
    if manner.sliding:
        return smooth
    above = np.stack([_above_table(T, solid, search.eye) for T in smooth.poses])
    return SmoothMotion(poses=above, sigma=smooth.sigma)


def _unsure_depth(thing: TwinObject, on_object: FloatArray, eye: FloatArray, measured: BoolArray) -> FloatArray:
    """Return one standard deviation (K, 3) of points (K, 3) of a thing along their rays from `eye` (3,).

    What is seen at a vessel's wall may be what it holds, behind a slot or above its rim: half across it. Elsewhere, and
    where depth was measured (K,), points lie on the surface.
    """
    if thing.shape.wall_m == 0:
        return np.zeros_like(on_object)
    ray = on_object - eye
    deep = ray / np.linalg.norm(ray, axis=1, keepdims=True) * min(thing.size_m[:2]) / 2
    return np.where(measured[:, None], 0.0, deep)


def _shift(offset: FloatArray) -> FloatArray:
    T = np.eye(4)
    T[:3, 3] = offset
    return T


def _above_table(T: FloatArray, solid: FloatArray, eye: FloatArray) -> FloatArray:
    """Bring a pose that pierces the table towards the camera at `eye` (3,): distance is what a picture shows least."""
    lowest = float(se3.apply(T, solid)[:, 2].min())
    towards = eye - T[:3, 3]
    if lowest < 0 and towards[2] > 0:
        T = T.copy()
        T[:3, 3] -= lowest / towards[2] * towards
    return T
