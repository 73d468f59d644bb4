"""Pictures of hand landmarks and of the hand in the table frame."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.perception.hand.bones import PARENT

FINGERS = ("tab:red", "tab:orange", "tab:green", "tab:blue", "tab:purple")
"""Colours of thumb to little finger."""


def draw_hand(axes: Axes, joints: FloatArray, columns: tuple[int, int]) -> None:
    """Draw bones of joints (21, D) using two of their coordinates."""
    for joint in range(1, 21):
        pair = joints[[PARENT[joint], joint]][:, columns]
        axes.plot(pair[:, 0], pair[:, 1], color=FINGERS[(joint - 1) // 4], lw=1.2)


def draw_landmarks(landmarks: Landmarks, pictures: dict[int, Image], path: Path) -> None:
    """Write a contact sheet of frames with the landmarks of both hands; `pictures` maps frame to (H, W, 3) RGB."""
    frames = sorted(pictures)
    rows = -(-len(frames) // 4)
    figure = Figure(figsize=(14, 2.7 * rows), layout="constrained")
    for k, frame in enumerate(frames):
        axes = figure.add_subplot(rows, 4, k + 1)
        axes.imshow(pictures[frame])
        if np.isfinite(landmarks.joints_px[frame]).all():
            draw_hand(axes, landmarks.joints_px[frame], (0, 1))
        other = landmarks.other_px[frame]
        axes.plot(other[:, 0], other[:, 1], "w.", ms=2)
        axes.set_title(f"frame {frame}, score {landmarks.score[frame]:.2f}", fontsize=8)
        axes.axis("off")
    _save(figure, path)


def draw_hand_motion(hand: HandMotion, motion: ObjectMotion, keyframes: Keyframes, twin: Twin, path: Path) -> None:
    """Write side, front and top views of hand and object at the keyframes, and the hand's height and sigma in time."""
    thing = twin.manipulated
    moments = {
        "before": max(0, keyframes.contact - round(0.5 * keyframes.fps)),
        "contact": keyframes.contact,
        "half way": (keyframes.contact + keyframes.interaction) // 2,
        "interaction": keyframes.interaction,
    }
    figure = Figure(figsize=(12, 11), layout="constrained")
    grid = figure.add_gridspec(len(moments) + 1, 3)
    views = (((0, 2), "x-z (from the front)"), ((1, 2), "y-z (from the side)"), ((0, 1), "x-y (from above)"))
    box = _box_outline(np.asarray(thing.size_m))
    for row, (name, frame) in enumerate(moments.items()):
        corners = se3.apply(motion.T_table_object[frame], box)
        for column, (plane, title) in enumerate(views):
            axes = figure.add_subplot(grid[row, column])
            axes.plot(corners[:, plane[0]] * 100, corners[:, plane[1]] * 100, color="gray", lw=1)
            draw_hand(axes, hand.joints_table_m[frame] * 100, plane)
            if plane[1] == 2:
                axes.axhline(0, color="black", lw=1)
            axes.set_aspect("equal")
            axes.set_title(f"{name} {frame}: {title}, cm", fontsize=8)
    axes = figure.add_subplot(grid[len(moments), :])
    lowest = hand.joints_table_m[:, :, 2].min(axis=1)
    axes.plot(hand.frame, lowest * 100, label="lowest joint above the table, cm")
    axes.plot(hand.frame, hand.position_sigma_m * 100, label="one standard deviation, cm")
    for moment in (keyframes.contact, keyframes.interaction, keyframes.release):
        if moment is not None:
            axes.axvline(moment, color="gray", lw=0.8, ls=":")
    axes.legend(fontsize=8)
    axes.set_xlabel("frame")
    _save(figure, path)


def _box_outline(size_m: FloatArray) -> FloatArray:
    """Return the edges of an object's box as one line (16, 3) in the object frame."""
    x, y, z = size_m[0] / 2, size_m[1] / 2, size_m[2]
    ring = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0], [-x, -y, 0]])
    top = ring + np.array([0, 0, z])
    return np.concatenate([ring, top[:2], ring[1:2], top[1:3], ring[2:3], top[2:4], ring[3:4], top[3:5]])


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    # No date and no version in the file: equal inputs give equal bytes.
    figure.savefig(path, dpi=90, metadata={"Software": None})
