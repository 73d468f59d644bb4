"""Tracks of all objects over a recording, lifted to 3D where there is depth. What the stage `tracks` calls."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.scene import Scene
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import rays, rays_table
from skillc.runtime.perception.object.ray_cast import cast
from skillc.runtime.perception.object.tracking import Tracker, TrackingSettings, detect
from skillc.runtime.perception.recording.frames import FrameReader
from skillc.runtime.perception.scene.appearance_classes import AppearanceClasses, learn_classes, near_hand
from skillc.runtime.sim.twin_export import read_surface

Trace = Callable[[FloatArray, IntArray, Callable[[float], None]], tuple[FloatArray, BoolArray]]
"""Given points (K, 2) px of the reference picture and their objects (K,), where each is in every frame: (T, K, 2) px
and (T, K) visible. Frames before the reference frame repeat its points."""

COLOUR_LIMIT = 4.0
"""ours: no single pixel's colour may speak for an object by more than e^4 : 1."""


def follow(
    reader: FrameReader,
    calibration: Calibration,
    scene: Scene,
    masks: BoolArray,
    twin: Twin,
    twin_folder: Path,
    landmarks: Landmarks,
    settings: TrackingSettings,
    progress: Callable[[float], None],
    trace: Trace | None = None,
) -> Tracks:
    """Follow points on the manipulated and the target object through the recording.

    Frames before the reference frame repeat its points: the scene is at rest until the hand acts. `twin_folder` is
    where the twin's mesh files lie. `trace` follows the points; None does it here, by Lucas-Kanade.
    """
    count, start = len(reader), reader.recording.reference_frame
    image = reader.reference()
    chosen = [i for i, thing in enumerate(scene.objects) if thing.role in ("manipulated", "target")]
    corners = [detect(image, masks[i], settings) for i in chosen]
    index = np.concatenate([np.full(len(c), i) for i, c in zip(chosen, corners, strict=True)]).astype(np.int64)
    if trace is None:
        xy, visible = _by_flow(reader, masks, chosen, landmarks, np.concatenate(corners), index, settings, progress)
    else:
        xy, visible = trace(np.concatenate(corners), index, progress)
    points = np.full((count, len(index), 3), np.nan)
    for frame in range(count):
        depth = reader.depth(frame)
        if depth is not None:
            points[frame] = lift(xy[frame], visible[frame], depth, calibration)
    return Tracks(
        frame=np.arange(count),
        object_index=index,
        xy_px=xy,
        visible=visible,
        points_table_m=points,
        points_object_m=on_twin(xy[start], index, scene, twin, twin_folder, calibration),
    )


def _by_flow(
    reader: FrameReader,
    masks: BoolArray,
    chosen: list[int],
    landmarks: Landmarks,
    first: FloatArray,
    index: IntArray,
    settings: TrackingSettings,
    progress: Callable[[float], None],
) -> tuple[FloatArray, BoolArray]:
    """Follow the points `first` (K, 2) px of objects `index` (K,) from frame to frame, the hand kept out."""
    count, start = len(reader), reader.recording.reference_frame
    classes = classes_of(reader, masks, chosen, landmarks)
    tracker = Tracker(reader.reference(), first, index, settings)
    xy, visible = np.full((count, len(index), 2), np.nan), np.zeros((count, len(index)), bool)
    for frame in range(count):
        if frame > start:
            picture = reader.color(frame)
            drawn = near_hand(landmarks.joints_px[frame], *picture.shape[:2])
            drawn |= near_hand(landmarks.other_px[frame], *picture.shape[:2])

            def allowed(at: FloatArray, whose: IntArray, picture=picture, drawn=drawn) -> BoolArray:  # type: ignore[no-untyped-def]
                free = np.ones(len(at), bool)
                for i in np.unique(whose):
                    mine = whose == i
                    free[mine] = ~classes[int(i)].hand_at(picture, drawn, at[mine])
                return free

            tracker.step(picture, allowed)
            progress((frame - start) / max(1, count - start))
        xy[frame], visible[frame] = tracker.xy, tracker.visible
    return xy, visible


def classes_of(
    reader: FrameReader, masks: BoolArray, chosen: list[int], landmarks: Landmarks
) -> dict[int, AppearanceClasses]:
    """Return the colour classes of the chosen objects; the hand's colour is read off a few frames with landmarks."""
    seen = np.nonzero(np.isfinite(landmarks.joints_px[:, 0, 0]))[0]
    picks = seen[np.unique(np.linspace(0, len(seen) - 1, 3).astype(int))] if len(seen) else np.zeros(0, int)
    pictures = [reader.color(int(i)) for i in picks]
    image = reader.reference()
    every = masks.any(axis=0)
    joints = landmarks.joints_px[picks]
    return {i: learn_classes(image, masks[i], every & ~masks[i], joints, pictures, COLOUR_LIMIT) for i in chosen}


def lift(xy: FloatArray, visible: BoolArray, depth: FloatArray, calibration: Calibration) -> FloatArray:
    """Return table points (K, 3) of visible pixels (K, 2) from depth (H, W); NaN where depth is missing or torn.

    The median of a 3 x 3 patch is used, and rejected where the patch spreads over more than 2 cm: a depth edge.
    """
    found = np.full((len(xy), 3), np.nan)
    T_table_camera = se3.inverse(calibration.T_camera_table)
    directions = rays(calibration.camera, xy)
    for i in np.nonzero(visible)[0]:
        x, y = np.round(xy[i]).astype(int)
        patch = depth[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
        good = patch[np.isfinite(patch) & (patch > 0)]
        if good.size >= 5 and np.ptp(good) < 0.02:
            found[i] = se3.apply(T_table_camera, (directions[i] * np.median(good))[None])[0]
    return found


def on_twin(
    xy: FloatArray, index: IntArray, scene: Scene, twin: Twin, twin_folder: Path, calibration: Calibration
) -> FloatArray:
    """Return the points (K, 3) of pixels (K, 2) on their twins, each in its object frame; NaN where the ray misses."""
    found = np.full((len(xy), 3), np.nan)
    origin, directions = rays_table(calibration.camera, calibration.T_camera_table, xy)
    names = [thing.name for thing in twin.objects]
    for i in np.unique(index):
        name = scene.objects[int(i)].name
        if name not in names:
            continue
        thing = twin.named(name)
        vertices, faces = read_surface(thing, twin_folder)
        T_object_table = se3.inverse(np.asarray(thing.T_table_object))
        mine = index == i
        start = se3.apply(T_object_table, origin[None])[0]
        points = cast(start, directions[mine] @ T_object_table[:3, :3].T, vertices, faces)
        if thing.shape.wall_m > 0:
            points[_inside(thing, points)] = np.nan
        found[mine] = points
    return found


def _inside(thing: TwinObject, points: FloatArray) -> BoolArray:
    """Return which points (K, 3) lie on a vessel's inner side, where its contents hide how deep they are."""
    half = np.asarray(thing.size_m[:2]) / 2
    rim = points[:, 2] > thing.size_m[2] - 1.5 * thing.shape.wall_m
    if thing.shape.kind == "open_box":
        within = np.all(np.abs(points[:, :2]) < half - 0.5 * thing.shape.wall_m, axis=1)
    else:
        profile = np.asarray(thing.shape.profile_m)
        outer = np.interp(points[:, 2], profile[:, 1], profile[:, 0])
        within = np.hypot(points[:, 0], points[:, 1]) < outer - 0.5 * thing.shape.wall_m
    inner: BoolArray = within & ~rim
    return inner
