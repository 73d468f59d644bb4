"""The signals that the keyframes were found in."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.twin import Twin
from skillc.runtime.perception.object.keyframe_signals import signals
from skillc.runtime.perception.object.outline_points import outline_points
from skillc.runtime.view.pictures.canvas import save_page


def draw(made: Artifacts, picture: Path) -> None:
    """Write the signals of A.2.1 with the keyframes marked."""
    recording = made.load(Recording)
    folder = made.path("twin")
    twin = made.load(Twin)
    found = made.load(Keyframes)
    signal = signals(
        made.load(ObjectMotion),
        made.load(Landmarks),
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
    figure = Figure(figsize=(9, 9))
    axes = figure.subplots(len(rows), 1, sharex=True)
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
    save_page(figure, picture, dpi=100)
