"""The human's video above the robot in the twin, at the same moments, through the same camera."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import mujoco
import numpy as np

from skillc.runtime.formats.arrays import Image
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.perception.hand.bones import PARENT
from skillc.runtime.perception.object.outline_points import outline_points
from skillc.runtime.perception.recording.frames import open_recording
from skillc.runtime.perception.scene.silhouette import outline_of
from skillc.runtime.sim.world import reset_data
from skillc.runtime.view.pictures.canvas import COLOURS, Shown, label, save_picture
from skillc.runtime.view.pictures.close_up import cell_to_show
from skillc.runtime.view.render import Renderer, View

WIDTH = 480
"""px of one cell of the sheet."""
PAPER, INK = 250, (60, 60, 60)
"""Of a traced frame."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column."""

    name: str
    frame: int
    """Of the recording."""
    sample: int
    """Of the refined motion."""


def draw(made: Shown, picture: Path) -> None:
    """Write the video's frames above the robot."""
    with open_recording(made.load(Recording), made.find_data) as reader:
        save_picture(sheet(made, lambda frame: with_outlines(made, reader.color(frame).copy(), frame)), picture)


def sheet(made: Artifacts, seen: Callable[[int], Image]) -> Image:
    """Return what is `seen` of the video at each moment (frame -> picture) above the robot."""
    columns = moments(made)
    top = [_cell(seen(moment.frame)) for moment in columns]
    for image, moment in zip(top, columns, strict=True):
        label(image, f"{moment.name}, frame {moment.frame}", (8, 20))
    return np.concatenate([np.concatenate(top, axis=1), np.concatenate(robot(made, columns), axis=1)])


def moments(made: Artifacts) -> list[Column]:
    """Return before, contact, half way, interaction and after; samples are those that replay the frame, if any does."""
    keyframes, reference, recording = made.load(Keyframes), made.load(Reference), made.load(Recording)
    frames = {
        "contact": keyframes.contact,
        "half way": (keyframes.contact + keyframes.interaction) // 2,
        "interaction": keyframes.interaction,
    }
    shown = np.nan_to_num(reference.demonstrated_frame, nan=-np.inf)
    found = [Column(name="before", frame=recording.reference_frame, sample=0)]
    for name, frame in frames.items():
        found.append(Column(name=name, frame=frame, sample=int(np.argmin(np.abs(shown - frame)))))
    last = len(reference.time_s) - 1
    return [*found, Column(name="after", frame=int(made.load(ObjectMotion).frame[-1]), sample=last)]


def robot(made: Artifacts, columns: list[Column]) -> list[Image]:
    """Return the robot and the twin at each moment, through the demonstration's camera."""
    cell, reference = cell_to_show(made), made.load(Reference)
    whole = View.from_calibration(made.load(Calibration))
    scale = WIDTH / whole.width
    K = np.diag([scale, scale, 1.0]) @ whole.K
    view = View(width=WIDTH, height=round(whole.height * scale), K=K, T_camera_table=whole.T_camera_table)
    found = []
    with Renderer(cell.world.model, view) as renderer:
        for moment in columns:
            pose = {cell.twin.manipulated.name: reference.T_table_manip[moment.sample]}
            data = reset_data(cell.world, reference.qpos[moment.sample], pose)
            mujoco.mj_forward(cell.world.model, data)
            found.append(renderer.picture(data))
    return found


def with_outlines(made: Artifacts, image: Image, frame: int) -> Image:
    """Draw the twin's outlines at `frame` into `image`, and return it."""
    calibration, folder, motion = made.load(Calibration), made.path("twin"), made.load(ObjectMotion)
    for thing in made.load(Twin).objects:
        T = motion.T_table_object[frame] if thing.role == "manipulated" else np.asarray(thing.T_table_object)
        outline = outline_of(calibration.camera, calibration.T_camera_table @ T, outline_points(thing, folder))
        cv2.polylines(image, [np.round(outline).astype(np.int32)], True, COLOURS[thing.role], 3, cv2.LINE_AA)
    return image


def traced(made: Artifacts, frame: int) -> Image:
    """Return what was measured in a frame on blank paper: outlines of the twin, the hand's bones; for sharing."""
    camera, landmarks = made.load(Calibration).camera, made.load(Landmarks)
    image = with_outlines(made, np.full((camera.height, camera.width, 3), PAPER, np.uint8), frame)
    joints = landmarks.joints_px[frame]
    if np.isfinite(joints).all():
        for joint in range(1, len(joints)):
            ends = np.round(joints[[PARENT[joint], joint]]).astype(int).tolist()
            cv2.line(image, ends[0], ends[1], INK, 4, cv2.LINE_AA)
    return image


def _cell(image: Image) -> Image:
    """Return `image` scaled to the sheet."""
    height = round(image.shape[0] * WIDTH / image.shape[1])
    return cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
