"""The twin's outlines over the last frame: where everything is found to have ended."""

from pathlib import Path

from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.perception.recording.frames import open_recording
from skillc.runtime.view.pictures.canvas import Shown, label, save_picture
from skillc.runtime.view.pictures.overview import with_outlines


def draw(made: Shown, picture: Path) -> None:
    """Write the last frame with the twin at its pose there."""
    motion = made.load(ObjectMotion)
    last = int(motion.frame[-1])
    with open_recording(made.load(Recording), made.find_data) as reader:
        image = with_outlines(made, reader.color(last).copy(), last)
    label(image, f"frame {last}, position sigma {1e3 * motion.position_sigma_m[last]:.0f} mm", (12, 24))
    save_picture(image, picture)
