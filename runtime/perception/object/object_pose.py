"""The manipulated object's pose in every frame, with its uncertainty. What the stage `object_motion` calls.

Until the object first moves it has its reference pose. From then on each frame's pose is fitted to outline, tracked
points and depth, starting from constant velocity and, for held objects, from where the hand would carry it; a pushed or
pulled object slides on the table (x, y, yaw). A batch smoother bridges frames without evidence.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.formats.arrays import BoolArray, FloatArray, Image, IntArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import place_sigma, project
from skillc.runtime.perception.object.carried import CarriedObject, carry
from skillc.runtime.perception.object.motion_smoothing import smooth_positions, smooth_turns
from skillc.runtime.perception.object.pose_step import (
    Belief,
    ObjectEvidence,
    Points,
    PoseSettings,
    estimate,
    evaluate,
    outline_bias,
)
from skillc.runtime.perception.object.support import support_height
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses, near_hand
from skillc.runtime.perception.scene.silhouette import outline_of
from skillc.runtime.tasks.catalog import task_type

HYPOTHESES = 2
"""ours: starts that are refined per frame, best first; a third never won."""


@dataclass(frozen=True, kw_only=True)
class MotionSettings:
    """Parameters of the object's motion."""

    pose: PoseSettings
    onset_px: float
    """px at 960 px width: median motion of the object's points that ends its rest."""
    onset_s: float
    """s that it has to last."""
    step_sigma: float
    """m, deviation from constant velocity in a frame of 1/30 s."""
    turn_sigma: float
    """rad, likewise."""
    held_sigma: float
    """m, how far a held object moves against the palm in a frame of 1/30 s, across the line of sight."""
    carry_sigma: float
    """m, deviation of a held object from where the hand's landmarks carry it, across the line of sight."""
    carry_turn_sigma: float
    """rad, likewise for its rotation."""
    acceleration_sigma: float
    """m/s^2 of hands at work."""
    turn_smoothing: float
    """s, standard deviation of the Gaussian over rotations."""
    support_sigma: float
    """m, how well the height of a placed object is known from what it lies on."""
    placed_below: float
    """m above the support below which an object at rest at the end is taken for placed."""


def follow_object(
    reader: FrameReader,
    calibration: Calibration,
    twin: Twin,
    solid: FloatArray,
    mask: BoolArray,
    classes: AppearanceClasses,
    tracks: Tracks,
    mine: BoolArray,
    target: BoolArray,
    landmarks: Landmarks,
    settings: MotionSettings,
    progress: Callable[[float], None],
) -> ObjectMotion:
    """Estimate the manipulated object's motion.

    Args:
        reader: Frames.
        calibration: Camera and table frame.
        twin: The twin; its manipulated object is followed.
        solid: (N, 3) outline points of that object.
        mask: (H, W) its pixels in the reference picture.
        classes: Its colours.
        tracks: All tracked points.
        mine: (K,) which of them are on the object.
        target: (K,) which are on the target.
        landmarks: Hand landmarks.
        settings: Parameters.
        progress: Told the share done.
    """
    thing, camera = twin.manipulated, calibration.camera
    centre = np.array([0.0, 0.0, thing.size_m[2] / 2])
    to_centre, from_centre = _shift(centre), _shift(-centre)
    start = np.asarray(thing.T_table_object) @ to_centre
    sliding = task_type(twin.task_type).slides
    free = np.array([True, True, not sliding, not sliding, not sliding, True])
    count, reference = len(reader), reader.recording.reference_frame
    time_s = np.asarray(reader.recording.time_s)
    eye = se3.inverse(calibration.T_camera_table)[:3, 3]
    onset = first_motion(tracks, mine, time_s, reference, settings, camera.width / 960)
    on_object = tracks.points_object_m - centre
    measured = np.isfinite(tracks.points_table_m[reference, :, 0])
    depth = _unsure_depth(thing, on_object, se3.apply(se3.inverse(start), eye[None])[0], measured)
    carried = None if sliding else carry(landmarks, calibration, start, onset, time_s, settings.turn_smoothing)
    known = mine & np.isfinite(on_object[:, 0])
    poses = np.tile(start, (count, 1, 1))
    information = np.zeros((count, 6, 6))
    information[: onset + 1] = np.diag(np.full(6, 1e10))
    turn_sigma = np.full(count, thing.yaw_sigma_rad if thing.symmetry != "z" else 0.0)
    seen = np.ones(count)
    velocity = np.zeros(6)
    margin = round(1.5 * settings.pose.reach * camera.width / 960) + 8
    alike = classes.ambiguous(reader.reference(), mask)
    at_rest = _observe(
        reader.reference(),
        _hand_region(landmarks, reference, camera.height, camera.width),
        alike,
        classes,
        outline_of(camera, calibration.T_camera_table @ start, solid - centre),
        _points(tracks, on_object, depth, reference)[np.zeros(len(mine), dtype=bool)],
        margin=margin,
        bias=0.0,
    )
    bias = outline_bias(at_rest, camera, calibration.T_camera_table, solid - centre, start, settings.pose)
    for frame in range(onset + 1, count):
        progress((frame - onset) / max(1, count - onset))
        picture = reader.color(frame)
        drawn = _hand_region(landmarks, frame, camera.height, camera.width)
        dt = 30.0 * (time_s[frame] - time_s[frame - 1])
        expected = _moved_on(poses[frame - 1], velocity, 0.8 * dt)
        spread = max(dt, 0.1)
        place = np.eye(3) / (settings.step_sigma * spread) ** 2
        starts, beliefs = [expected], []
        if carried is not None and np.isfinite(carried.step[frame]).all():
            expected[:3, 3] = poses[frame - 1][:3, 3] + carried.step[frame]
            place = _held(carried, frame, settings) / spread**2
            weak = np.repeat([1.0 / (2.0 * settings.carry_sigma) ** 2, 1.0 / settings.carry_turn_sigma**2], 3)
            R_carried = carried.turn[frame] @ start[:3, :3]
            if thing.symmetry == "z":
                # spin about the axis is not seen
                R_carried = se3.shortest_turn(expected[:3, 2], R_carried[:, 2]) @ expected[:3, :3]
            along = se3.from_parts(R_carried, carried.position[frame])
            beliefs.append(Belief(T_table_object=along, precision=np.diag(weak)))
            starts.append(se3.from_parts(R_carried, expected[:3, 3]))
        precision = np.zeros((6, 6))
        precision[:3, :3], precision[3:, 3:] = place, np.eye(3) / (settings.turn_sigma * spread) ** 2
        beliefs.append(Belief(T_table_object=expected, precision=precision))
        if not sliding:
            starts += _turned(expected, settings.turn_sigma, thing.symmetry == "z")
        visible = known & tracks.visible[frame]
        observation = _observe(
            picture,
            drawn,
            alike,
            classes,
            outline_of(camera, calibration.T_camera_table @ expected, solid - centre),
            _points(tracks, on_object, depth, frame)[visible],
            margin=margin,
            bias=bias,
        )

        def score(T: FloatArray, observation: ObjectEvidence = observation, beliefs: list[Belief] = beliefs) -> float:
            return evaluate(observation, camera, calibration.T_camera_table, solid - centre, T, beliefs, settings.pose)

        starts.sort(key=score, reverse=True)
        tried = [
            estimate(observation, camera, calibration.T_camera_table, solid - centre, T, beliefs, free, settings.pose)
            for T in starts[:HYPOTHESES]
        ]
        found = max(tried, key=lambda answer: answer.score)
        poses[frame] = found.T_table_object
        if not sliding:
            poses[frame] = _above_table(poses[frame], solid - centre, eye)
        information[frame] = found.information
        turn_sigma[frame] = float(np.sqrt(np.mean(np.diag(found.covariance)[3:])))
        seen[frame] = found.seen
        velocity = 0.5 * velocity + 0.5 * se3.difference(poses[frame], poses[frame - 1]) / max(dt, 0.1)
    rest = None if sliding else resting(poses, time_s, onset, solid - centre, twin, settings)
    smooth = _smoothed(poses, information, carried, rest, time_s, onset, sliding, settings)
    if not sliding:
        smooth_poses = np.stack([_above_table(T, solid - centre, eye) for T in smooth.poses])
        smooth = _Smooth(poses=smooth_poses, sigma=smooth.sigma)
    frame_sigma = np.array([place_sigma(calibration, T[:2, 3]) for T in smooth.poses])
    image = np.stack([_centroid(T, on_object[known], calibration) for T in smooth.poses])
    return ObjectMotion(
        frame=np.arange(count),
        T_table_object=smooth.poses @ from_centre,
        position_sigma_m=np.hypot(smooth.sigma, frame_sigma),
        rotation_sigma_rad=np.maximum(turn_sigma, calibration.rotation_sigma_rad),
        visible_fraction=seen,
        centroid_px=image,
        target_centroid_px=target_centroid(tracks, target, count),
    )


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


def _points(tracks: Tracks, on_object: FloatArray, depth: FloatArray, frame: int) -> Points:
    return Points(object_m=on_object, depth_m=depth, px=tracks.xy_px[frame], table_m=tracks.points_table_m[frame])


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


def _shift(offset: FloatArray) -> FloatArray:
    T = np.eye(4)
    T[:3, 3] = offset
    return T


def _moved_on(T: FloatArray, velocity: FloatArray, dt: float) -> FloatArray:
    moved = T.copy()
    moved[:3, 3] += velocity[:3] * dt
    moved[:3, :3] = Rotation.from_rotvec(velocity[3:] * dt).as_matrix() @ T[:3, :3]
    return moved


def _turned(T: FloatArray, angle: float, symmetric: bool) -> list[FloatArray]:
    """Return T turned both ways by two `angle`s about the object's axes that change its outline."""
    turned = []
    for axis in range(2 if symmetric else 3):
        for sign in (-2.0, 2.0):
            other = T.copy()
            other[:3, :3] = T[:3, :3] @ Rotation.from_rotvec(sign * angle * np.eye(3)[axis]).as_matrix()
            turned.append(other)
    return turned


def _held(carried: CarriedObject, frame: int, settings: MotionSettings) -> FloatArray:
    """Return the precision (3, 3) of a held object's step: tied to the palm across the line of sight, free along it."""
    sight = carried.sight[frame]
    along = np.outer(sight, sight)
    across = settings.held_sigma**2 + carried.step_sigma[frame] ** 2
    precision: FloatArray = (np.eye(3) - along) / across + along / max(across, settings.step_sigma**2)
    return precision


def _observe(
    picture: Image,
    drawn: BoolArray,
    alike: BoolArray,
    classes: AppearanceClasses,
    polygon: FloatArray,
    points: Points,
    margin: int,
    bias: float,
) -> ObjectEvidence:
    height, width = picture.shape[:2]
    low = np.clip(np.nan_to_num(polygon.min(axis=0)) - margin, 0, [width - 2, height - 2]).astype(int)
    high = np.clip(np.nan_to_num(polygon.max(axis=0)) + margin, low + 2, [width, height]).astype(int)
    cut = np.s_[low[1] : high[1], low[0] : high[0]]
    crop = np.ascontiguousarray(picture[cut])
    return ObjectEvidence(
        ratio=classes.object_ratio(crop, cut),
        hand=classes.hand(crop, drawn[cut]) | alike[cut],
        origin_px=low.astype(np.float64),
        outline_bias=bias,
        points=points,
    )


def _hand_region(landmarks: Landmarks, frame: int, height: int, width: int) -> BoolArray:
    drawn = near_hand(landmarks.joints_px[frame], height, width)
    return drawn | near_hand(landmarks.other_px[frame], height, width)


def _above_table(T: FloatArray, solid: FloatArray, eye: FloatArray) -> FloatArray:
    """Bring a pose that pierces the table towards the camera at `eye` (3,): distance is what a picture shows least."""
    lowest = float(se3.apply(T, solid)[:, 2].min())
    towards = eye - T[:3, 3]
    if lowest < 0 and towards[2] > 0:
        T = T.copy()
        T[:3, 3] -= lowest / towards[2] * towards
    return T


@dataclass(frozen=True, kw_only=True)
class _Smooth:
    poses: FloatArray
    sigma: FloatArray


def _smoothed(
    poses: FloatArray,
    information: FloatArray,
    carried: CarriedObject | None,
    rest: "Rest | None",
    time_s: FloatArray,
    onset: int,
    sliding: bool,
    settings: MotionSettings,
) -> _Smooth:
    count = len(poses)
    turn_precision = np.eye(3) / settings.turn_sigma**2
    about_position = np.zeros((count, 3, 3))
    positions = poses[:, :3, 3].copy()
    for t in range(count):
        H = information[t]
        if t <= onset:
            about_position[t] = np.eye(3) * 1e10
            continue
        # What is left about the position once the rotation is allowed for.
        cross = H[:3, 3:]
        about_position[t] = H[:3, :3] - cross @ np.linalg.solve(H[3:, 3:] + turn_precision, cross.T)
        if sliding:
            about_position[t][2, 2] = 1e10
        elif carried is not None and np.isfinite(carried.position[t]).all():
            weak = np.eye(3) / (2.0 * settings.carry_sigma) ** 2
            total = about_position[t] + weak
            positions[t] = np.linalg.solve(total, about_position[t] @ positions[t] + weak @ carried.position[t])
            about_position[t] = total
        if rest is not None and t >= rest.since:
            # It lies on its support: one number the picture shows badly and the table well.
            firm = np.diag([0.0, 0.0, 1.0 / settings.support_sigma**2])
            total = about_position[t] + firm
            goal = about_position[t] @ positions[t] + firm @ np.array([0.0, 0.0, rest.height_m])
            positions[t] = np.linalg.solve(total + 1e-9 * np.eye(3), goal)
            about_position[t] = total
    steps, step_information = np.zeros((count, 3)), np.zeros((count, 3, 3))
    for t in range(onset + 1, count):
        if carried is None or not np.isfinite(carried.step[t]).all() or (rest is not None and t >= rest.since):
            continue
        steps[t] = carried.step[t]
        step_information[t] = _held(carried, t, settings)
    found = smooth_positions(positions, about_position, steps, step_information, time_s, settings.acceleration_sigma)
    result = poses.copy()
    result[onset + 1 :, :3, 3] = found.positions[onset + 1 :]
    result[onset + 1 :, :3, :3] = smooth_turns(poses[onset:, :3, :3], time_s[onset:], settings.turn_smoothing)[1:]
    return _Smooth(poses=result, sigma=np.where(np.arange(count) <= onset, 0.0, found.sigma))


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


def _centroid(T: FloatArray, points: FloatArray, calibration: Calibration) -> FloatArray:
    place = points if len(points) else np.zeros((1, 3))
    centroid: FloatArray = project(calibration.camera, calibration.T_camera_table @ T, place).mean(axis=0)
    return centroid


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
