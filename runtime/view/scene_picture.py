"""Pictures of what was perceived: the scene's clusters, the twin over the photo, tracks, object path, keyframe signals.

Each takes the folders of the stages and a PNG path. They draw over the reference picture that the scene stage keeps.
"""

from collections.abc import Mapping
from pathlib import Path

import cv2
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.scene import Masks, Scene
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry.projection import project
from skillc.runtime.perception.object.keyframe_signals import signals
from skillc.runtime.perception.object.outline_points import outline_points
from skillc.runtime.perception.recording.frames import read_picture
from skillc.runtime.perception.scene.silhouette import outline_of
from skillc.runtime.perception.shape.handle import corners

COLOURS = {"manipulated": (40, 220, 60), "target": (60, 140, 255), "obstacle": (255, 170, 40)}
"""RGB per role."""
WHITE = (255, 255, 255)
LINE_PX, LETTER_PX = 18, 9
"""Of a label's text."""


def draw_scene(inputs: Mapping[str, Path], picture: Path) -> None:
    """Write the clusters with names, roles and confidence."""
    image = _reference(inputs)
    scene = Scene.load(inputs["scene"] / "scene" / "scene.json")
    masks = Masks.load(inputs["scene"] / "scene" / "masks.npz").mask
    for thing, mask in zip(scene.objects, masks, strict=True):
        contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(image, contours, -1, COLOURS[thing.role], 2, cv2.LINE_AA)
        x, y, _, _ = thing.box_px
        _label(image, f"{thing.name}: {thing.role} {thing.confidence:.2f}", (x, y - 8))
    _write(image, picture)


def draw_twin(inputs: Mapping[str, Path], picture: Path) -> None:
    """Write the twin's outlines over the photo with sizes, and their standard deviations in millimetres."""
    image, calibration = _reference(inputs), _calibration(inputs)
    folder = inputs["twin"] / "twin"
    taken: list[tuple[float, float, float]] = []
    for thing in Twin.load(folder / "twin.json").objects:
        polygon = outline_of(
            calibration.camera,
            calibration.T_camera_table @ np.asarray(thing.T_table_object),
            outline_points(thing, folder),
        )
        cv2.polylines(image, [np.round(polygon).astype(np.int32)], True, COLOURS[thing.role], 2, cv2.LINE_AA)
        if thing.shape.handle is not None:
            T = calibration.T_camera_table @ np.asarray(thing.T_table_object)
            bar = outline_of(calibration.camera, T, corners(thing.shape.handle))
            cv2.polylines(image, [np.round(bar).astype(np.int32)], True, COLOURS[thing.role], 2, cv2.LINE_AA)
        size = " x ".join(
            f"{1e3 * v:.0f}{'' if seen else '?'}" for v, seen in zip(thing.size_m, thing.size_measured, strict=True)
        )
        top = polygon[np.argmin(polygon[:, 1])]
        lines = (
            f"{thing.name}: {thing.shape.kind} {size} mm",
            f"+-{1e3 * max(thing.size_sigma_m):.0f} mm, IoU {thing.outline_iou:.2f}, {1e3 * thing.mass:.0f} g",
        )
        left, width = top[0] - 90, LETTER_PX * max(map(len, lines))
        below = above_others(left, left + width, top[1] - 8, len(lines), taken)
        taken.append((left, left + width, below))
        for row, line in enumerate(reversed(lines)):
            _label(image, line, (left, below - LINE_PX * row))
    _write(image, picture)


def draw_tracks(inputs: Mapping[str, Path], picture: Path) -> None:
    """Write the paths of all points while they are visible."""
    image = _reference(inputs)
    tracks = Tracks.load(inputs["tracks"] / "motion" / "tracks.npz")
    scene = Scene.load(inputs["scene"] / "scene" / "scene.json")
    for k in range(tracks.xy_px.shape[1]):
        colour = COLOURS[scene.objects[int(tracks.object_index[k])].role]
        path = tracks.xy_px[tracks.visible[:, k], k]
        cv2.polylines(image, [np.round(path * 8).astype(np.int32)], False, colour, 1, cv2.LINE_AA, 3)
        if len(path):
            cv2.circle(image, tuple(map(int, path[-1])), 2, WHITE, -1, cv2.LINE_AA)
    seen = int(tracks.visible[-1].sum())
    _label(image, f"{tracks.xy_px.shape[1]} points, {seen} seen at the end", (12, 24))
    _write(image, picture)


def draw_object_motion(inputs: Mapping[str, Path], picture: Path) -> None:
    """Write the object's outline at eight moments and its path over the photo."""
    image, calibration = _reference(inputs), _calibration(inputs)
    folder = inputs["twin"] / "twin"
    twin = Twin.load(folder / "twin.json")
    motion = ObjectMotion.load(inputs["object_motion"] / "motion" / "object.npz")
    solid = outline_points(twin.manipulated, folder)
    middle = np.array([[0.0, 0.0, twin.manipulated.size_m[2] / 2]])
    moved = np.linalg.norm(motion.T_table_object[:, :3, 3] - motion.T_table_object[0, :3, 3], axis=1)
    start = int(np.argmax(moved > 0.002))
    places = [project(calibration.camera, calibration.T_camera_table @ T, middle)[0] for T in motion.T_table_object]
    for k, frame in enumerate(np.unique(np.linspace(start, len(moved) - 1, 8).astype(int))):
        T = calibration.T_camera_table @ motion.T_table_object[frame]
        shade = tuple(int(v) for v in np.array([40, 220, 60]) * (1 - k / 8) + np.array([255, 60, 160]) * k / 8)
        outline = np.round(outline_of(calibration.camera, T, solid)).astype(np.int32)
        cv2.polylines(image, [outline], True, shade, 2, cv2.LINE_AA)
        _label(image, str(frame), places[frame])
    cv2.polylines(image, [np.round(np.array(places)).astype(np.int32)], False, WHITE, 1, cv2.LINE_AA)
    sigma = 1e3 * motion.position_sigma_m[start:]
    _label(image, f"position sigma {sigma.min():.0f}-{sigma.max():.0f} mm", (12, 24))
    _write(image, picture)


def draw_keyframes(inputs: Mapping[str, Path], picture: Path) -> None:
    """Write the signals of A.2.1 with the keyframes marked."""
    recording = Recording.load(inputs["recording"] / "recording.json")
    folder = inputs["twin"] / "twin"
    twin = Twin.load(folder / "twin.json")
    found = Keyframes.load(inputs["keyframes"] / "keyframes.json")
    signal = signals(
        ObjectMotion.load(inputs["object_motion"] / "motion" / "object.npz"),
        Landmarks.load(inputs["landmarks"] / "motion" / "landmarks.npz"),
        outline_points(twin.manipulated, folder),
        np.asarray(recording.time_s),
        reference=recording.reference_frame,
        window=3,
        rate_hz=recording.fps,
    )
    base = signal.fingers[found.interaction]
    fingers = np.median(np.linalg.norm(signal.fingers - base, axis=-1), axis=-1)
    rows: list[tuple[str, FloatArray]] = [
        ("moved, px", signal.displacement_px),
        ("relative speed, px/frame", signal.speed_px),
        ("lowest point, cm", 100 * signal.height_m),
        ("fingers from object, palms", fingers),
    ]
    figure, axes = plt.subplots(len(rows), 1, figsize=(9, 9), sharex=True)
    for axis, (name, values) in zip(axes, rows, strict=True):
        axis.plot(values, lw=1.2, color="black")
        axis.set_ylabel(name)
        axis.grid(alpha=0.3)
        for key, colour in zip(
            ("contact", "lift", "interaction", "detachment", "release"), ("C3", "C1", "C0", "C4", "C2"), strict=True
        ):
            frame = getattr(found, key)
            if frame is not None:
                confidence = getattr(found.confidence, key)
                axis.axvline(frame, color=colour, label=f"{key} {frame} ({confidence:.2f})")
    axes[0].legend(fontsize=7)
    axes[-1].set_xlabel("frame")
    figure.tight_layout()
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=100)
    plt.close(figure)


def _reference(inputs: Mapping[str, Path]) -> Image:
    return read_picture(inputs["scene"] / "scene" / "reference.jpg").copy()


def _calibration(inputs: Mapping[str, Path]) -> Calibration:
    return Calibration.load(inputs["calibration"] / "calibration.json")


def above_others(left: float, right: float, below: float, lines: int, taken: list[tuple[float, float, float]]) -> float:
    """Return the lowest place (px, at most `below`) for some lines of text that leaves labels already drawn readable.

    Args:
        left: px.
        right: px.
        below: px, where the last line would stand.
        lines: Their number, as that of the others.
        taken: Left, right and last line of the labels that are there.
    """
    for start, end, other in sorted(taken, key=lambda label: -label[2]):
        if left < end and start < right and abs(below - other) < lines * LINE_PX:
            below = other - lines * LINE_PX
    return below


def _label(image: Image, text: str, at: tuple[float, float] | FloatArray) -> None:
    x = int(np.clip(at[0], 4, image.shape[1] - 10 * len(text)))
    y = int(np.clip(at[1], 16, image.shape[0] - 6))
    cv2.putText(image, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(image, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, WHITE, 1, cv2.LINE_AA)


def _write(image: Image, picture: Path) -> None:
    picture.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(picture), image[..., ::-1])
