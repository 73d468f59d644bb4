"""A contact sheet of frames with the hand's landmarks."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.recording import Recording
from skillc.runtime.perception.recording.frames import open_recording
from skillc.runtime.view.pictures.canvas import Shown, save_page
from skillc.runtime.view.pictures.hand_bones import draw_hand

SHOWN = 12
"""ours: frames, in rows of four."""


def draw(made: Shown, picture: Path) -> None:
    """Write evenly spread frames with the landmarks of both hands."""
    landmarks = made.load(Landmarks)
    with open_recording(made.load(Recording), made.find_data) as reader:
        frames = np.linspace(0, len(reader) - 1, SHOWN).round().astype(int).tolist()
        pictures = {k: reader.color(k) for k in frames}
    rows = -(-len(pictures) // 4)
    figure = Figure(figsize=(14, 2.7 * rows), layout="constrained")
    for k, frame in enumerate(sorted(pictures)):
        axes = figure.add_subplot(rows, 4, k + 1)
        axes.imshow(pictures[frame])
        if np.isfinite(landmarks.joints_px[frame]).all():
            draw_hand(axes, landmarks.joints_px[frame], (0, 1))
        other = landmarks.other_px[frame]
        axes.plot(other[:, 0], other[:, 1], "w.", ms=2)
        axes.set_title(f"frame {frame}, score {landmarks.score[frame]:.2f}", fontsize=8)
        axes.axis("off")
    save_page(figure, picture, dpi=90)
