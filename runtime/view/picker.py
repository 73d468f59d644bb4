"""`skillc view RECORDING --pick FRAME`: a picture, and for a click in it the line of the spec that names the thing."""

from pathlib import Path

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import read_picture
from skillc.runtime.perception.recording.video import VideoSource
from skillc.runtime.view.browser_window import BrowserWindow
from skillc.runtime.view.spec_line import spec_line

WIDE = 1.6
"""Width of the picture in the scene; its lower edge is y = 0, its left edge x = 0."""
MOST_PX = 1 << 16
"""A region that holds every picture whole."""
ROLES = ("manipulated", "target", "obstacle")


class Picker:
    """Shows one picture and names what is clicked on."""

    def __init__(self, picture: Image, label: str, host: str, port: int) -> None:
        """Start serving; raises PortBusy."""
        self._size = np.array([picture.shape[1], picture.shape[0]])
        self._window = BrowserWindow(label, host, port)
        self.address, server = self._window.address, self._window.server
        high = WIDE * self._size[1] / self._size[0]
        server.scene.add_image("/picture", picture, WIDE, high, position=(WIDE / 2, high / 2, 0.0), format="jpeg")
        camera = server.initial_camera
        camera.position, camera.look_at = (WIDE / 2, high / 2, 1.2), (WIDE / 2, high / 2, 0.0)
        camera.up = (0.0, 1.0, 0.0)
        server.gui.configure_theme(show_share_button=False, show_logo=False)
        self._name = server.gui.add_text("name", "thing")
        self._role = server.gui.add_dropdown("role", ROLES)
        self._told = server.gui.add_markdown("Click on it in the picture.")
        server.scene.on_click()(lambda event: self.click(np.array(event.ray_origin), np.array(event.ray_direction)))

    def click(self, origin: FloatArray, direction: FloatArray) -> None:
        """Tell the line for the pixel that a ray (3,) from `origin` (3,) meets; beside the picture tell nothing."""
        if abs(direction[2]) < 1e-9:
            return
        at = origin + direction * (-origin[2] / direction[2])
        share = np.array([at[0] / WIDE, 1 - at[1] / (WIDE * self._size[1] / self._size[0])])
        if not ((share >= 0) & (share < 1)).all():
            return
        line = spec_line(self._name.value, self._role.value, np.floor(share * self._size))
        print(line, flush=True)
        self._told.content = f"`{line}`"

    def wait(self) -> None:
        """Serve until interrupted."""
        try:
            self._window.wait()
        finally:
            self.close()

    def close(self) -> None:
        """Stop serving."""
        self._window.close()


def picture_of(recording: Path, frame: int) -> Image:
    """Return a frame of a video or of an RGB-D folder, or a picture itself, (H, W, 3) RGB, as the spec counts pixels.

    A `region` of the spec is not cut out: its x and y are to be taken off.

    Raises:
        InputFault: it cannot be read, or has no such frame.
    """
    if recording.is_dir():
        frames = sorted((recording / "color").glob("*")) if (recording / "color").is_dir() else []
        if not 0 <= frame < len(frames):
            raise InputFault("SK804", f"{recording} has {len(frames)} pictures in color/", "give the number of one")
        return read_picture(frames[frame])
    if recording.suffix.lower() in (".png", ".jpg", ".jpeg"):
        return read_picture(recording)
    source = VideoSource(recording, (0, 0, MOST_PX, MOST_PX))
    try:
        if not 0 <= frame < len(source):
            raise InputFault("SK804", f"{recording.name} has {len(source)} frames", "give the number of one")
        return source.color(frame)
    finally:
        source.close()
