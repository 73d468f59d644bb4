"""The hand in the table frame, with the object it moves."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.hands import HandMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.view.pictures.canvas import save_page
from skillc.runtime.view.pictures.hand_bones import draw_hand


def draw(made: Artifacts, picture: Path) -> None:
    """Write side, front and top views of hand and object at the keyframes, and the hand's height and sigma in time."""
    hand, motion, keyframes = made.load(HandMotion), made.load(ObjectMotion), made.load(Keyframes)
    thing = made.load(Twin).manipulated
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
    save_page(figure, picture, dpi=90)


def _box_outline(size_m: FloatArray) -> FloatArray:
    """Return the edges of an object's box as one line (16, 3) in the object frame."""
    x, y, z = size_m[0] / 2, size_m[1] / 2, size_m[2]
    ring = np.array([[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0], [-x, -y, 0]])
    top = ring + np.array([0, 0, z])
    return np.concatenate([ring, top[:2], ring[1:2], top[1:3], ring[2:3], top[2:4], ring[3:4], top[3:5]])
