"""The manipulated object's pose in every frame, with its uncertainty. What the stage `object_motion` calls.

Until the object first moves it has its reference pose. From then on each frame's pose is fitted to outline, tracked
points and depth, starting from constant velocity and, for held objects, from where the hand would carry it; a pushed or
pulled object slides on the table (x, y, yaw). A batch smoother bridges frames without evidence.
"""

from collections.abc import Callable, Sequence

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import place_sigma
from skillc.runtime.perception.object.carried import carry
from skillc.runtime.perception.object.demonstrated import Demonstrated
from skillc.runtime.perception.object.frame_evidence import Appearance
from skillc.runtime.perception.object.frame_fits import FrameFits, followed_back, followed_forward
from skillc.runtime.perception.object.frame_search import FrameSearch, above_table
from skillc.runtime.perception.object.laid_down import LaidDown
from skillc.runtime.perception.object.motion_settings import MotionSettings
from skillc.runtime.perception.object.point_motion import centroids, target_centroid
from skillc.runtime.perception.object.pose_hypotheses import Manner
from skillc.runtime.perception.object.pose_step import PoseFit
from skillc.runtime.perception.object.resting import Rest, resting
from skillc.runtime.perception.object.smoothed_motion import SmoothMotion, smoothed
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses
from skillc.runtime.perception.scene.silhouette import filled_together
from skillc.runtime.tasks.catalog import task_type


def follow_object(
    shown: Demonstrated,
    parts: Sequence[FloatArray],
    classes: AppearanceClasses,
    laid: LaidDown | None,
    settings: MotionSettings,
    progress: Callable[[float], None],
) -> ObjectMotion:
    """Estimate the manipulated object's motion.

    Args:
        shown: The demonstration.
        parts: (N, 3) outline points of each of the object's convex parts.
        classes: Its colours.
        laid: Where it lies at the end, as far as the last picture alone tells it.
        settings: Parameters.
        progress: Told the share done.
    """
    calibration = shown.calibration
    centre = np.array([0.0, 0.0, shown.twin.manipulated.size_m[2] / 2])
    search = _search(shown, [part - centre for part in parts], centre, classes, settings)
    fitted = followed_forward(search, progress)
    end = None if laid is None or laid.since <= search.onset + 1 else laid
    outline = filled_together(search.fit.outlines(fitted.poses[-1]), *shown.mask.shape)
    if end is not None and end.confirms(outline):
        end = None
    if end is not None:
        fitted = followed_back(search, fitted, end.T_table_object @ _shift(centre), end.since)
    smooth = _smooth(search, fitted, end)
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
) -> FrameSearch:
    calibration, thing, tracks = shown.calibration, shown.twin.manipulated, shown.tracks
    start = np.asarray(thing.T_table_object) @ _shift(centre)
    sliding = task_type(shown.twin.task_type).slides
    eye = se3.inverse(calibration.T_camera_table)[:3, 3]
    on_object = tracks.points_object_m - centre
    measured = np.isfinite(tracks.points_table_m[shown.reader.recording.reference_frame, :, 0])
    onset, smoothing = shown.onset(settings), settings.turn_smoothing
    carried = None if sliding else carry(shown.landmarks, calibration, start, onset, shown.time_s, smoothing)
    return FrameSearch(
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
        depth_m=unsure_depth(thing, on_object, se3.apply(se3.inverse(start), eye[None])[0], measured),
        known=shown.mine & np.isfinite(on_object[:, 0]),
        eye=eye,
        onset=onset,
        settings=settings,
    )


def _smooth(search: FrameSearch, fitted: FrameFits, end: LaidDown | None) -> SmoothMotion:
    manner, solid, settings, time_s = search.manner, search.fit.solid, search.settings, search.shown.time_s
    if end is not None:
        rest: Rest | None = Rest(since=end.since, height_m=float(fitted.poses[-1, 2, 3]))
    elif manner.sliding:
        rest = None
    else:
        rest = resting(fitted.poses, time_s, search.onset, solid, search.shown.twin, settings)
    smooth = smoothed(fitted.poses, fitted.information, manner, rest, time_s, search.onset, settings)
    if manner.sliding:
        return smooth
    above = np.stack([above_table(T, solid, search.eye) for T in smooth.poses])
    return SmoothMotion(poses=above, sigma=smooth.sigma)


def unsure_depth(thing: TwinObject, on_object: FloatArray, eye: FloatArray, measured: BoolArray) -> FloatArray:
    """Return one standard deviation (K, 3) of points (K, 3) of a thing along their rays from `eye` (3,).

    What is seen at a vessel's wall may be what it holds, behind a slot or above its rim: half across it. An outline
    from which a body is carved tells nothing of the surface within it, a handle or a hollow: its least side. Elsewhere,
    and where depth was measured (K,), points lie on the surface.
    """
    if thing.shape.kind == "convex":
        unsure = min(thing.size_m)
    elif thing.shape.wall_m > 0:
        unsure = min(thing.size_m[:2]) / 2
    else:
        return np.zeros_like(on_object)
    ray = on_object - eye
    deep = ray / np.linalg.norm(ray, axis=1, keepdims=True) * unsure
    return np.where(measured[:, None], 0.0, deep)


def _shift(offset: FloatArray) -> FloatArray:
    T = np.eye(4)
    T[:3, 3] = offset
    return T
